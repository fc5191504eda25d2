import type { ReceivedHeaders, ReceivedResponse } from '@connected-apps/contract'

/** A request as it was sent, and the response to it. */
export interface Exchange {
  sent: {
    /** Encoded, as on the wire. */
    path: string
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
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return new NoResponseError(`no complete response within ${timeoutMs} ms`, { cause: error })
  }
  const reason = codeOf(error) ?? 'the connection failed'
  return new NoResponseError(`no complete response (${reason})`, { cause: error })
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return 'cause' in error ? codeOf(error.cause) : undefined
}

const maxBodyBytes = 1024 * 1024

/** Reads a response body, which a broken target may send without end. Throws a {@link NoResponseError}. */
export async function readBody(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBodyBytes) throw new NoResponseError('the response body exceeds 1 MiB')
  }
  return Buffer.concat(chunks)
}
