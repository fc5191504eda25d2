import type { ConnectedAppsError, TimeoutError } from './errors.ts'

/** The maximum delay before the second attempt. It doubles with each further attempt. */
export const BACKOFF_MS = 500
/** The maximum delay without a `Retry-After`. */
export const MAX_BACKOFF_MS = 8_000
/** The maximum delay that a `Retry-After` can impose; a longer one is clamped to it. */
export const MAX_RETRY_AFTER_MS = 30_000

// RFC 9111 section 1.2.2 has recipients treat larger numbers of seconds as this one.
const MAX_DELTA_SECONDS = 2_147_483_648

/** What the decision depends on, whatever kind of error it is. */
interface RetryContext {
  readonly kind: ConnectedAppsError['kind']
  readonly attempts: number
  readonly limit?: TimeoutError['limit']
  readonly status_code?: number
  readonly retryAfterMs?: number
}

/**
 * The delay in milliseconds before the next attempt, or undefined to give up. Every failure that
 * may be transient is retried, unless no retries are left or the delay would reach the deadline.
 */
export function retryDelayMs(
  error: ConnectedAppsError,
  retriesLeft: number,
  remainingMs: number,
  /** From 0 up to, but not including, 1. */
  random: number,
): number | undefined {
  const { kind, attempts, limit, status_code = 0, retryAfterMs = 0 }: RetryContext = error
  const isTransient =
    kind === 'network' || limit === 'timeoutMs' || status_code === 429 || status_code >= 500
  // Full jitter, so that clients that failed together do not retry together.
  const backoffMs = random * Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (attempts - 1))
  const delayMs = Math.max(backoffMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
  return isTransient && retriesLeft > 0 && delayMs < remainingMs ? delayMs : undefined
}

/**
 * Parses a `Retry-After` (RFC 9110 section 10.2.3) into milliseconds from `date`. Undefined if it
 * is malformed or in the past.
 */
export function parseRetryAfter(value: string, date: number): number | undefined {
  if (/^\d+$/.test(value)) return Math.min(+value, MAX_DELTA_SECONDS) * 1000
  // HTTP has three date formats. The asctime format lacks the time zone, which is always GMT.
  const ms = Date.parse(`${value.replace(' GMT', '')} GMT`) - date
  return ms >= 0 ? ms : undefined
}
