import type { ReceivedHeaders, ReceivedResponse } from '@connected-apps/contract'
import { BodyAbortedError, readBody } from '@connected-apps/node-http'

/** A request as it was sent, and the response to it. */
export interface Exchange {
  sent: {
    query: ReceivedHeaders
    headers: ReceivedHeaders
  }
  received: ReceivedResponse
}

/** No response arrived, or only part of one. The message contains nothing of the request. */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError'
}

/** Converts the error of a failed request to a {@link NoResponseError}. */
export function toNoResponseError(error: unknown, timeoutMs: number): NoResponseError {
  if (error instanceof NoResponseError) return error
  let reason = ' (the connection failed)'
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === 'TimeoutError' || each.name === 'AbortError') {
      reason = ` within ${timeoutMs} ms`
      break
    }
    if ('code' in each && typeof each.code === 'string') {
      reason = ` (${each.code})`
      break
    }
  }
  return new NoResponseError(`no complete response${reason}`, { cause: error })
}

const maxBodyBytes = 1024 * 1024

/** Reads a response body, which a broken target may send without end. Throws a {@link NoResponseError}. */
export async function receiveBody(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const body = await readBody(stream, { maxBytes: maxBodyBytes })
  if (body === 'too long') throw new NoResponseError('the response body exceeds 1 MiB')
  if (body instanceof BodyAbortedError) throw body
  return body
}
