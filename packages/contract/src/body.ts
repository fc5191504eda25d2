/**
 * Parses a JSON body. It does not throw: what is wrong with the body is returned, in a few words.
 * Bytes must be UTF-8 without a byte order mark (RFC 8259 section 8.1).
 *
 * @example
 * parseBody('{"a":1}') // { value: { a: 1 } }
 * parseBody('') // { violation: 'is empty' }
 */
export function parseBody(body: string | Uint8Array): { value: unknown } | { violation: string } {
  let text: string
  try {
    text =
      typeof body === 'string'
        ? body
        : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return { violation: 'is not UTF-8' }
  }
  if (text.trim() === '') return { violation: 'is empty' }
  try {
    // Without a prototype, so that a polluted Object.prototype adds no `violation`.
    return { __proto__: null, value: JSON.parse(text) } as { value: unknown } // safe: this sets the prototype, which TypeScript takes for a property
  } catch {
    // The parser's own message quotes the body, which may contain a secret.
    return { violation: /^\s*</.test(text) ? 'is not JSON; it looks like HTML' : 'is not JSON' }
  }
}

/**
 * Whether a `Content-Type` names this media type, which is in lower case. Parameters such as charset
 * are legal and, for JSON, have no effect (RFC 8259 section 11).
 */
export function hasMediaType(contentType: string | null | undefined, mediaType: string): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === mediaType
}

/** What is wrong with the `Content-Type` of a body, in a few words; undefined if it is right. */
export function mediaTypeViolation(
  contentType: string | null,
  mediaType: string,
): string | undefined {
  if (hasMediaType(contentType, mediaType)) return undefined
  const found = contentType === null ? 'missing' : describe(contentType)
  return `content-type is ${found}; ${mediaType} is declared`
}

// The other side may send anything; only what looks like a media type is quoted.
function describe(contentType: string): string {
  const essence = contentType.split(';', 1).join('').trim()
  return /^[\w.+-]+\/[\w.+-]+$/.test(essence) && essence.length <= 60 ? essence : 'not a media type'
}
