import type { ConnectedAppsError } from './errors.ts'

/** The longest wait before the second attempt; it doubles with each further one. */
export const BACKOFF_MS = 500
/** The longest wait without a `Retry-After`. */
export const MAX_BACKOFF_MS = 8_000
/** The longest wait that a `Retry-After` is granted. */
export const MAX_RETRY_AFTER_MS = 30_000

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
  if (retriesLeft <= 0 || !isPassing(error)) return undefined
  // Full jitter: clients that failed together do not come back together.
  const backoff = random * Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (error.attempts - 1))
  const asked = 'retryAfterMs' in error ? (error.retryAfterMs ?? 0) : 0
  const wait = Math.max(backoff, Math.min(asked, MAX_RETRY_AFTER_MS))
  return wait < remainingMs ? wait : undefined
}

function isPassing(error: ConnectedAppsError): boolean {
  const status = 'status_code' in error ? error.status_code : 0
  return (
    error.kind === 'network' ||
    (error.kind === 'timeout' && error.limit === 'timeoutMs') ||
    status === 429 ||
    status >= 500
  )
}
