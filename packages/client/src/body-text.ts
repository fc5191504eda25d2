/** No answer of the contract comes near it. */
export const MAX_BODY_BYTES = 1_048_576

/** The body as text, without a byte order mark; undefined, and the rest unread, if it is too large. */
export async function bodyText({ body }: Response): Promise<string | undefined> {
  if (!body) return ''
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return decoded(chunks, size)
    chunks.push(value)
    size += value.length
    if (size > MAX_BODY_BYTES) {
      await reader.cancel()
      return undefined
    }
  }
}

// All at once, as a decoder of parts takes several times as long.
function decoded(chunks: Uint8Array[], size: number): string {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return new TextDecoder().decode(bytes)
}
