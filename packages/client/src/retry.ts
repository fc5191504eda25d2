import type { ConnectedAppsError, TimeoutError } from './errors.ts'

/** The longest wait before the second attempt; it doubles with each further one. */
export const BACKOFF_MS = 500
/** The longest wait without a `Retry-After`. */
export const MAX_BACKOFF_MS = 8_000
/** The longest wait that a `Retry-After` is granted. */
export const MAX_RETRY_AFTER_MS = 30_000

/** What decides, of whatever kind the error is. */
interface Facts {
  readonly kind: ConnectedAppsError['kind']
  readonly attempts: number
  readonly limit?: TimeoutError['limit']
  readonly status_code?: number
  readonly retryAfterMs?: number
}

/**
 * Milliseconds to wait before the next attempt, or undefined to give up. Revoking twice changes
 * nothing, so whatever may pass is tried again, unless the wait would outlast the deadline.
 */
export function retryWaitMs(
  error: ConnectedAppsError,
  retriesLeft: number,
  remainingMs: number,
  /** From 0 up to 1. */
  random: number,
): number | undefined {
  const { kind, attempts, limit, status_code = 0, retryAfterMs = 0 }: Facts = error
  const mayPass =
    kind === 'network' || limit === 'timeoutMs' || status_code === 429 || status_code >= 500
  // Full jitter: clients that failed together do not come back together.
  const backoff = random * Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (attempts - 1))
  const wait = Math.max(backoff, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
  return mayPass && retriesLeft > 0 && wait < remainingMs ? wait : undefined
}
