import type { ReceivedHeaders, ReceivedResponse } from '@connected-apps/contract'

/** A request as it left, and the answer to it. */
export interface Exchange {
  sent: {
    /** As on the wire, encoded. */
    path: string
    headers: ReceivedHeaders
  }
  received: ReceivedResponse
}

/** No answer came, or not all of it. The message holds nothing of the request. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

/** Why a request has no answer, in words without anything of the request in them. */
export function noAnswer(error: unknown, timeoutMs: number): NoAnswerError {
  if (error instanceof NoAnswerError) return error
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return new NoAnswerError(`no whole answer within ${timeoutMs} ms`, { cause: error })
  }
  return new NoAnswerError(`no whole answer (${codeOf(error) ?? 'the connection failed'})`, {
    cause: error,
  })
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return 'cause' in error ? codeOf(error.cause) : undefined
}
