/**
 * The JSON value of a body, or in words why there is none. Bytes must be UTF-8 without a byte order
 * mark (RFC 8259 section 8.1).
 */
export function parseBody(body: string | Uint8Array): { value: unknown } | { problem: string } {
  let text: string
  try {
    text =
      typeof body === 'string'
        ? body
        : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return { problem: 'is not UTF-8' }
  }
  if (text.trim() === '') return { problem: 'is empty' }
  try {
    return { value: JSON.parse(text) }
  } catch {
    // The parser's own message quotes the body, which may hold a secret.
    return { problem: /^\s*</.test(text) ? 'is not JSON; it looks like HTML' : 'is not JSON' }
  }
}
