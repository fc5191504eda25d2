import type { ConnectedAppsError } from './errors.ts'
import { own } from './input.ts'

/** The maximum delay before the second attempt. It doubles with each further attempt. */
export const BACKOFF_MS = 500
/** The maximum delay without a `Retry-After`. */
export const MAX_BACKOFF_MS = 8_000

// The server closed an idle connection; a new one works immediately.
const CLOSED_CONNECTION: unknown[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

/** What the decision depends on besides the error. */
export interface RetryContext {
  retriesLeft: number
  /** The time that is left until the deadline. */
  remainingMs: number
  /** From 0 up to, but not including, 1. */
  random: number
  /** Whether the call already had a retry without a delay. */
  hadImmediateRetry: boolean
}

/**
 * The delay in milliseconds before the next attempt, or undefined to give up. Every failure that
 * may be transient is retried, unless no retries are left or the delay would reach the deadline.
 */
export function retryDelayMs(
  error: ConnectedAppsError,
  { retriesLeft, remainingMs, random, hadImmediateRetry }: RetryContext,
): number | undefined {
  if (retriesLeft <= 0 || !isTransient(error)) return undefined
  const isClosedConnection = CLOSED_CONNECTION.includes(own(error, 'code'))
  if (isClosedConnection && !hadImmediateRetry) return remainingMs > 0 ? 0 : undefined
  const retryAfterMs = Number(own(error, 'retryAfterMs') ?? 0)
  // Full jitter, also on top of what the server asks for, so that clients that failed together do
  // not retry together.
  const backoffMs = Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (error.attempts - 1))
  const delayMs = retryAfterMs + random * backoffMs
  return delayMs < remainingMs ? delayMs : undefined
}

function isTransient(error: ConnectedAppsError): boolean {
  if (error.kind === 'network') return true
  if (error.kind === 'timeout') return error.limit === 'timeoutMs'
  if (error.kind !== 'http') return false
  const { status_code: status } = error
  return [408, 425, 429].includes(status) || (status >= 500 && status !== 501)
}

// RFC 9111 section 1.2.2 has recipients treat larger numbers of seconds as this one.
const MAX_DELTA_SECONDS = 2_147_483_648

// The three formats of RFC 9110 section 5.6.7: IMF-fixdate, that of RFC 850, and that of asctime().
const HTTP_DATE =
  /^(?:\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|\w+day, \d\d-\w{3}-\d\d [\d:]{8} GMT|\w{3} \w{3} [ \d]\d [\d:]{8} \d{4})$/

/**
 * Parses a `Retry-After` (RFC 9110 section 10.2.3) into milliseconds from `date`. Undefined if it
 * is malformed or in the past. Fractions of a second are taken, although no RFC allows them.
 */
export function parseRetryAfter(value: string, date: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(+value, MAX_DELTA_SECONDS) * 1000
  if (!HTTP_DATE.test(value)) return undefined
  // The asctime format lacks the time zone, which is always GMT.
  const ms = Date.parse(`${value.replace(' GMT', '')} GMT`) - date
  return ms >= 0 ? ms : undefined
}
