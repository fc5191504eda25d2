/**
 * The JSON value of a body, or in a few words why there is none. Bytes must be UTF-8 without a byte
 * order mark (RFC 8259 section 8.1).
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
    return { __proto__: null, value: JSON.parse(text) } as { value: unknown } // TypeScript counts the prototype as a property
  } catch {
    // The parser's own message quotes the body, which may hold a secret.
    return { violation: /^\s*</.test(text) ? 'is not JSON; it looks like HTML' : 'is not JSON' }
  }
}

/**
 * Whether a `Content-Type` names this media type. Parameters such as charset are legal and, for
 * JSON, without effect (RFC 8259 section 11).
 */
export function hasMediaType(contentType: string | null | undefined, mediaType: string): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === mediaType
}

/** What is wrong with the `Content-Type` of a body, in a few words; undefined if nothing is. */
export function mediaTypeViolation(
  contentType: string | null,
  mediaType: string,
): string | undefined {
  if (hasMediaType(contentType, mediaType)) return undefined
  const found = contentType === null ? 'missing' : printable(contentType)
  return `content-type is ${found}; ${mediaType} is declared`
}

// The other side may send anything; only what looks like a media type is repeated.
function printable(contentType: string): string {
  const essence = contentType.split(';', 1).join('').trim()
  return /^[\w.+-]+\/[\w.+-]+$/.test(essence) && essence.length <= 60 ? essence : 'no media type'
}
