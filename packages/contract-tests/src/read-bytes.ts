import { NoAnswerError } from './exchange.ts'

const mostBytes = 1024 * 1024

/** The bytes of a body, of which a wrong target may send without end. Throws a {@link NoAnswerError}. */
export async function readBytes(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.length
    if (length > mostBytes) throw new NoAnswerError('an answer of more than 1 MiB')
  }
  return Buffer.concat(chunks)
}
