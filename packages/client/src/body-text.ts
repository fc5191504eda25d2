/** No answer of the contract comes near it. */
export const MAX_BODY_BYTES = 1_048_576

/** The body as text, without a byte order mark; undefined, and the rest unread, if it is too large. */
export async function bodyText({ body }: Response): Promise<string | undefined> {
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  while (size <= MAX_BODY_BYTES) {
    const { done, value } = await reader.read()
    text += decoder.decode(value, { stream: !done })
    if (done) return text
    size += value.length
  }
  await reader.cancel()
  return undefined
}
