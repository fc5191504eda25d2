/** How the rate is chosen. */
export interface RateOptions {
  /** Never exceeded, and where the rate starts; undefined to find the limit from a slow start. */
  readonly maxRate?: number | undefined
  /** The part of the limit that is used once it is known. */
  readonly share: number
}

const FIRST_RATE = 20
/** In slow start the rate doubles in this time, and is halved at the 429 that ends it. */
const DOUBLING_MS = 1_000
/** In the conservative slow start that follows, up to the next 429, it doubles in this time. */
const CONSERVATIVE_DOUBLING_MS = 8_000
/** The part by which a 429 lowers the rate: CUBIC's 1 - β, where TCP has 0.3. */
const STEP = 0.02
const MAX_STEP = 0.5
/** The curve is flat so far below the rate at which the 429 came, where jitter would bring the next one. */
const MARGIN = 0.02
/** A 429 so soon after the last one means that the last step was too small, so the next is twice as large. */
const SOON_MS = 5_000
/** How far 429s that others may have caused lower the rate that is kept, as a part of the highest that was. */
const LEAST_PART = 0.7
/** CUBIC's K: how long after a 429 the curve is flat. */
const RECOVERY_MS = 60_000
/** Retry-After is in whole seconds, rounded up. */
const RETRY_AFTER_ROUNDING_MS = 1_000

/**
 * The rate at which requests leave, in requests per second. It follows CUBIC (RFC 9438), which the
 * adaptive retry mode of the AWS SDKs uses for rates, too. A slow start doubles it up to the first 429,
 * and a conservative slow start (RFC 9406) finds the limit more exactly, up to the second. Then each
 * 429 lowers it at once, and it rises along a cubic curve: fast at first, hardly near the rate that it
 * is meant to keep, and ever faster beyond, since the limit may have been raised.
 *
 * Two constants differ from TCP's. A rate limiter lets through as much as before when it is exceeded,
 * so a small step back is enough. And a 429 mostly costs a pause of a second, whatever the rate, so
 * the time between two of them does not depend on the rate, either.
 *
 * Others who use up the limit for a moment cause 429s at any rate. If each of these lowered the rate for
 * good, regular ones would lower it to nothing, so they lower it to a part of what it was. A limit that was
 * lowered causes one 429 soon after the other, and these lower the rate without end.
 *
 * It has no model of buckets, and of windows only this: a pause that is longer than the time in which
 * requests were let through ends with the window. What was let through of a window that began before
 * the requests did implies nothing about the limit, since others may have used the window, so it continues
 * doubling then. What was let through of the whole next one is the limit, if none was known.
 */
export class AdaptiveRate {
  #rate: number
  /** Where the curve is flat. */
  #plateau: number
  /** Only 429s that follow each other soon lower the plateau below this. */
  #least = 0
  /** How far below the plateau the curve begins. */
  #depth = 0
  /** For how long the rate has followed the curve. */
  #curveMs = 0
  #step = STEP
  #phase: 'slow start' | 'conservative slow start' | 'cubic' = 'slow start'
  readonly #maxRate: number
  readonly #share: number

  constructor({ maxRate = Number.POSITIVE_INFINITY, share }: RateOptions) {
    this.#maxRate = maxRate
    this.#share = share
    this.#rate = Number.isFinite(maxRate) ? maxRate : FIRST_RATE
    this.#plateau = this.#rate
  }

  get perSecond(): number {
    return this.#rate
  }

  /** Raises the rate, up to `max`, after some time in which requests left at that rate, and none was limited. */
  grow(elapsedMs: number, max: number): void {
    this.#curveMs += elapsedMs
    const doublingMs = this.#phase === 'slow start' ? DOUBLING_MS : CONSERVATIVE_DOUBLING_MS
    const rate =
      this.#phase === 'cubic'
        ? this.#plateau + this.#depth * (this.#curveMs / RECOVERY_MS - 1) ** 3
        : this.#rate * 2 ** (elapsedMs / doublingMs)
    this.#rate = Math.max(this.#rate, Math.min(rate, max, this.#maxRate))
  }

  /**
   * Lowers the rate, unless nothing was let through since the last pause, and the limit or the length
   * of the pause is known: then others use up the limit, and a lower rate would not help.
   *
   * @param passed how many requests were let through since the last pause
   * @param sinceMs how long ago that pause ended, or the first request was sent
   * @param pauseMs how long to wait
   * @param window what the server's Retry-After makes of the time since the last pause: the end of a
   *   window, or a whole window; undefined without a Retry-After
   */
  lower(
    passed: number,
    sinceMs: number,
    pauseMs: number,
    window: 'end' | 'whole' | undefined,
  ): void {
    if (passed === 0 && (window !== undefined || this.#phase === 'cubic')) return
    const isSoon = this.#phase === 'cubic' && this.#curveMs < SOON_MS
    this.#step = isSoon ? Math.min(MAX_STEP, this.#step * 2) : STEP
    const isWindow = window !== undefined && pauseMs >= sinceMs
    let high = this.#rate
    let low = this.#rate * (this.#phase === 'slow start' ? 0.5 : 1 - this.#step)
    if (this.#phase !== 'cubic' && isWindow && window === 'whole') {
      const windowMs = sinceMs + pauseMs
      low = Math.min(low, (passed * 1000) / windowMs)
      high = Math.min(high, (passed * 1000) / Math.max(1, windowMs - RETRY_AFTER_ROUNDING_MS))
      this.#phase = 'cubic'
    } else if (!isWindow) {
      this.#phase = this.#phase === 'slow start' ? 'conservative slow start' : 'cubic'
    }
    const isCubic = this.#phase === 'cubic'
    const share = isCubic ? Math.min(this.#share, 1 - MARGIN) : 1
    if (isSoon) this.#least = Math.min(this.#least, this.#plateau * (1 - this.#step))
    this.#plateau = Math.max(high * share, this.#least)
    if (isCubic) this.#least = Math.max(this.#least, this.#plateau * LEAST_PART)
    this.#rate = (this.#plateau * low) / high
    this.#depth = this.#plateau - this.#rate
    this.#curveMs = 0
  }
}
