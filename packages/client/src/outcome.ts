import type { ErrorStatus, ResponseBody, SuccessStatus } from '@connected-apps/contract'
import type { Answer, Received } from './answer.ts'
import type {
  AbortedError,
  ConnectedAppsError,
  DecodeError,
  HttpError,
  NetworkError,
  TimeoutError,
} from './errors.ts'
import { failed } from './errors.ts'
import type { Limits } from './options.ts'
import type { Redact } from './redact.ts'
import { retryAfterMs } from './retry-after.ts'

/** What `tryRevoke` resolves to. */
export type RevokeResult =
  | { ok: true; body: ResponseBody<SuccessStatus>; attempts: number }
  | { ok: false; error: ConnectedAppsError }

/** What an answer means to the caller. */
export function outcomeOf(
  answer: Answer,
  { status, retryAfter }: Received,
  attempts: number,
  date: number,
): RevokeResult {
  if (answer.kind === 'ok') return { ok: true, body: answer.body, attempts }
  const asked = retryAfterMs(retryAfter, date)
  const retry = asked === undefined ? {} : { retryAfterMs: asked }
  if (answer.kind === 'http') {
    return { ok: false, error: refused(answer.body, { attempts, ...retry }) }
  }
  const { reason, violations } = answer
  const [first] = violations
  return {
    ok: false,
    error: failed<DecodeError>(
      `revoke: the answer with status ${status} is not what the contract declares (${reason}${
        first ? `: ${first.pointer || 'the body'} ${first.message}` : ''
      })`,
      { ...answer, ...retry, status_code: status, attempts },
    ),
  }
}

function refused(
  body: ResponseBody<ErrorStatus>,
  rest: { attempts: number; retryAfterMs?: number },
): HttpError {
  const { status_code, request_id, error_type, error_message, error_url, error_details } = body
  const text = `${status_code} ${error_type}: ${error_message} (request_id ${request_id})`
  // The members of the union agree in all but the pair of status_code and body, taken from one body.
  return failed<HttpError>(`revoke: ${oneLine(text)}`, {
    kind: 'http',
    ...rest,
    status_code,
    request_id,
    error_type,
    error_message,
    error_url,
    ...(error_details !== undefined && { error_details }),
    body,
  } as Parameters<typeof failed<HttpError>>[1])
}

// What a server sends must not forge lines of a log.
function oneLine(text: string): string {
  return text.slice(0, 500).replace(/\p{Cc}+/gu, ' ')
}

/** The platform's error says why there was no answer, but may hold the request: only its code is kept. */
export function disconnected(thrown: unknown, attempts: number, redact: Redact): NetworkError {
  const { cause, code } = Object(thrown) as { cause?: unknown; code?: unknown } // only looked at
  const found = (Object(cause) as { code?: unknown }).code ?? code // only looked at
  const known = typeof found === 'string' && /^[A-Z_]{3,40}$/.test(redact(found)) && { code: found }
  return failed(`revoke: no answer arrived${known ? ` (${known.code})` : ''}`, {
    kind: 'network',
    attempts,
    ...known,
  })
}

export function outOfTime(
  limit: TimeoutError['limit'],
  limits: Limits,
  attempts: number,
): TimeoutError {
  return failed(
    `revoke: no whole answer within ${limit} (${limits[limit]} ms); it may have been carried out`,
    { kind: 'timeout', attempts, limit },
  )
}

export function aborted(attempts: number): AbortedError {
  return failed('revoke: the signal was aborted', { kind: 'aborted', attempts })
}
