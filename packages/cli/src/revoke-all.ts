import type { Authorization, B2BClient } from '@connected-apps/client'
import type { Outcome } from './outcome.ts'
import { runTargets } from './run/run-targets.ts'
import type { OrdinalTarget, Target } from './target.ts'

/** How targets are revoked. */
export interface RevokeAllOptions {
  /** Its timeouts apply to each request; its retries do not. */
  readonly client: B2BClient
  /** The Member on whose authority the calls are made. Left out, no permission is checked. */
  readonly authorization?: Authorization | undefined
  /** Maximum requests per second, at least 0.001. Default: found by a slow start up to the first 429. */
  readonly rate?: number | undefined
  /** The part of the API's limit to use once it is known, from 0.01 to 1. Default 0.9. */
  readonly share?: number | undefined
  /** For how many milliseconds nothing but failures is tolerated before the run stops. Default 60,000. */
  readonly maxDownMs?: number | undefined
  /** Aborted, nothing more is sent; what is in flight finishes, and the iteration ends. */
  readonly signal?: AbortSignal | undefined
  /**
   * Awaited before the first request for a target leaves. A rejection stops the run, and the
   * iteration rejects with it.
   */
  readonly beforeSend?: ((ordinal: number, target: Target) => Promise<void>) | undefined
  /** Called after each response of 429; the target is sent again. */
  readonly onRateLimited?: ((ordinal: number) => void) | undefined
  /**
   * Called when the server requests a pause, in which nothing is sent, with its end in milliseconds
   * since 1970. A pause of more than an hour stops the run in place of this.
   */
  readonly onPause?: ((endsAt: number) => void) | undefined
  /**
   * Called after each request that failed and is sent again, other than for a 429, with the status
   * of the response, or undefined if there was none.
   */
  readonly onRetry?: ((status_code: number | undefined) => void) | undefined
}

/** With less, a run would not end within a lifetime. */
const MIN_RATE = 0.001
const MIN_SHARE = 0.01
const DEFAULT_SHARE = 0.9
const DEFAULT_MAX_DOWN_MS = 60_000

/**
 * Revokes targets, many at a time, as fast as the API's rate limit allows, and yields each outcome as
 * it becomes known, in no particular order. Reading, memory and requests are bounded: nothing is sent
 * while outcomes are not taken. Each target that was sent has an outcome before the iteration ends or
 * rejects, unless the consumer leaves the loop: then what is in flight finishes unseen.
 *
 * A revoke can be repeated without harm, so a request that failed is sent again a few times, and a
 * rate-limited one until it gets through. The targets are taken as they come; duplicates are sent.
 *
 * The iteration rejects with an {@link UnavailableError} if it stopped by itself, with the client's
 * error for an argument that is wrong for every target, such as the session, and with whatever the
 * targets or `beforeSend` reject with. Until the API has decided a target, the outcomes of those that
 * were forbidden or that failed are held back, since all of them may be. Throws a `RangeError` if an option is out of range.
 *
 * @example
 * import { B2BClient } from '@connected-apps/client'
 * import { revokeAll } from '@connected-apps/cli'
 *
 * const client = new B2BClient() // with the environment's STYTCH_PROJECT_ID and STYTCH_SECRET
 * const targets = [{ organization_id: 'organization-test-…', member_id: 'member-test-…', connected_app_id: 'connected-app-test-…' }]
 * for await (const { target, result, reason } of revokeAll(targets, { client })) {
 *   if (result !== 'revoked') console.error(target.member_id, result, reason)
 * }
 */
export function revokeAll(
  targets: AsyncIterable<Target> | Iterable<Target>,
  options: RevokeAllOptions,
): AsyncIterable<Outcome> {
  return revokeOrdinals(numberTargets(targets), options)
}

/** Like `revokeAll`, for targets that are numbered already, as those of a ledger. */
export function revokeOrdinals(
  targets: AsyncIterable<OrdinalTarget>,
  options: RevokeAllOptions,
): AsyncIterable<Outcome> {
  const { rate, share = DEFAULT_SHARE, maxDownMs = DEFAULT_MAX_DOWN_MS } = options
  if (rate !== undefined && !(rate >= MIN_RATE && Number.isFinite(rate))) {
    throw new RangeError(`rate must be a number, ${MIN_RATE} or more (revokeAll), not ${rate}`)
  }
  if (!(share >= MIN_SHARE && share <= 1)) {
    throw new RangeError(`share must be a number from ${MIN_SHARE} to 1 (revokeAll), not ${share}`)
  }
  if (!(maxDownMs >= 0)) {
    throw new RangeError(`maxDownMs must be a number, 0 or more (revokeAll), not ${maxDownMs}`)
  }
  return runTargets(targets, { ...options, share, maxDownMs })
}

async function* numberTargets(
  targets: AsyncIterable<Target> | Iterable<Target>,
): AsyncGenerator<OrdinalTarget, void, void> {
  let ordinal = 0
  for await (const target of targets) yield { ordinal: ordinal++, target }
}
