/** How the rate is chosen. */
export interface RateOptions {
  /** Never exceeded, and where the rate starts; undefined to find the limit from a slow start. */
  readonly maxRate?: number | undefined
  /** The part of the limit that is used once it is known. */
  readonly share: number
}

const FIRST_RATE = 20
/** While no limit is known, the rate doubles in this time. */
const DOUBLING_MS = 1_000
/** After a 429 at a rate that had been fine for a while, the rate is lowered by this part. */
const SMALLEST_STEP = 0.02
const LARGEST_STEP = 0.5
/** A 429 so soon after the last one says that the last step was too small. */
const SOON_MS = 10_000
/** How fast the rate returns to the middle between what was fine and what was not. */
const APPROACH_MS = 8_000
/** The growth beyond that, for each minute: it doubles every minute in which no 429 arrives. */
const GROWTH = 0.01
const MINUTE_MS = 60_000

/**
 * The rate at which requests leave, in requests per second. It doubles each second until the first
 * 429. From then on it is raised slowly and lowered at once (additive increase, multiplicative
 * decrease), with two differences from TCP's. The step back is small, since a limiter, unlike a
 * congested network, lets through just as much as before, and steps that follow each other soon
 * double. And the rate first returns quickly to the middle between the rate that was just lowered and
 * the one that it was lowered to, then creeps, ever faster, so that it both finds a limit within
 * seconds and notices one that was raised.
 *
 * It knows nothing of buckets, and of windows only this: a pause that is longer than the time in which
 * requests were let through ends with the window. What was let through of a window that began before
 * the requests did says nothing of the limit, since others may have used the window, so it goes on
 * doubling then. What was let through of the whole next one is the limit, if none was known.
 */
export class AdaptiveRate {
  #rate: number
  /** What the rate returns to quickly. */
  #goal: number
  #step = SMALLEST_STEP
  #isLimitKnown = false
  #lastLimitedAt = Number.NEGATIVE_INFINITY
  readonly #maxRate: number
  readonly #share: number

  constructor({ maxRate = Number.POSITIVE_INFINITY, share }: RateOptions) {
    this.#maxRate = maxRate
    this.#share = share
    this.#rate = Math.min(maxRate, Number.isFinite(maxRate) ? maxRate : FIRST_RATE)
    this.#goal = this.#rate
  }

  get perSecond(): number {
    return this.#rate
  }

  /** Raises the rate after some time in which requests left at that rate, and none was limited. */
  grow(now: number, elapsedMs: number): void {
    if (!this.#isLimitKnown) {
      this.#rate *= 2 ** (elapsedMs / DOUBLING_MS)
    } else {
      const minutes = (now - this.#lastLimitedAt) / MINUTE_MS
      const growth = 1 + (GROWTH * 2 ** minutes * elapsedMs) / MINUTE_MS
      this.#goal *= growth
      const approach = (this.#goal - this.#rate) * (1 - Math.exp(-elapsedMs / APPROACH_MS))
      this.#rate = this.#rate * growth + Math.max(0, approach)
    }
    this.#rate = Math.min(this.#rate, this.#maxRate)
  }

  /**
   * Lowers the rate.
   *
   * @param passed how many requests were let through since the last pause
   * @param sinceMs how long ago that pause ended, or the first request was sent
   * @param pauseMs how long to wait
   * @param window what the server's Retry-After makes of the time since the last pause: the end of a
   *   window, or a whole window; undefined without a Retry-After
   */
  lower(
    now: number,
    passed: number,
    sinceMs: number,
    pauseMs: number,
    window: 'end' | 'whole' | undefined,
  ): void {
    const isSoon = now - this.#lastLimitedAt < SOON_MS + pauseMs
    this.#step = isSoon ? Math.min(LARGEST_STEP, this.#step * 2) : SMALLEST_STEP
    let high = this.#rate
    let low = this.#rate * (this.#isLimitKnown ? Math.min(this.#share, 1 - this.#step) : 0.5)
    if (!this.#isLimitKnown && pauseMs >= sinceMs && window === 'whole') {
      // Retry-After is in whole seconds, rounded up.
      low = Math.min(low, (passed * 1000) / (sinceMs + pauseMs))
      high = Math.min(high, (passed * 1000) / Math.max(1, sinceMs + pauseMs - 1000))
    }
    if (pauseMs < sinceMs || window !== 'end') this.#isLimitKnown = true
    this.#lastLimitedAt = now
    this.#rate = low
    this.#goal = high * Math.min(this.#share, 1 - SMALLEST_STEP)
  }
}
