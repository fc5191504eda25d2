import type { IncomingMessage } from 'node:http'

/** The largest request body that is accepted; the operation itself needs none. */
export const maxBodyBytes = 1024 * 1024

/**
 * A longer body is read up to this size and discarded, because a client that is still sending would
 * lose the response if the connection closed.
 */
const maxDiscardedBytes = 16 * maxBodyBytes

/** The bytes of a body, or the reason why there are none. */
export type ReceivedBody = Buffer | 'too long' | 'aborted'

/** Reads the body of a request without ever buffering more than {@link maxBodyBytes}. */
export async function readBody(request: IncomingMessage): Promise<ReceivedBody> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    // By default, leaving the loop would destroy the connection before a response can be sent.
    const bytes: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
    for await (const chunk of bytes) {
      length += chunk.length
      if (length <= maxBodyBytes) chunks.push(chunk)
      else chunks.length = 0
      if (length > maxDiscardedBytes) break
    }
  } catch {
    return 'aborted' // the client disconnected, or exceeded the server's request timeout
  }
  return length > maxBodyBytes ? 'too long' : Buffer.concat(chunks)
}
