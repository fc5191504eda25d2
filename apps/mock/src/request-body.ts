import { parseBody } from '@connected-apps/contract'
import type { IncomingMessage } from 'node:http'

/** A body may be this long; the operation needs none at all. */
export const bodyLimitBytes = 1024 * 1024

/** A body that is too long is read on to here, so that its sender lives to see the answer. */
const discardLimitBytes = 16 * bodyLimitBytes

/** The bytes of a body, or why there are none to use. */
export type ReceivedBody = Buffer | 'too long' | 'aborted'

/** Reads a request's body, and never keeps more of it than the limit. */
export async function readBody(request: IncomingMessage): Promise<ReceivedBody> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    // Without destroyOnReturn the end of the loop would close the connection, before any answer.
    const bytes: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
    for await (const chunk of bytes) {
      length += chunk.length
      if (length <= bodyLimitBytes) chunks.push(chunk)
      else chunks.length = 0
      if (length > discardLimitBytes) break
    }
  } catch {
    return 'aborted' // the sender went away, or took longer than the server waits
  }
  return length > bodyLimitBytes ? 'too long' : Buffer.concat(chunks)
}

/** A body as Prism takes it: JSON, or nothing where there is none. */
export function jsonOf(body: Buffer | 'too long'): { body?: unknown } {
  const parsed = body === 'too long' ? {} : parseBody(body)
  return 'value' in parsed ? { body: parsed.value } : {}
}
