import type { RateOptions } from './adaptive-rate.ts'
import { AdaptiveRate } from './adaptive-rate.ts'

/** Requests in flight when the latency asks for more than the part of the rate below. */
const MAX_IN_FLIGHT = 256
/** In flight whatever the latency, as a part of the requests of one second. */
const IN_FLIGHT_PART = 0.02
/** The rate does not grow beyond so many times what is let through, as with the AWS SDKs. */
const MAX_RATE_OVER_PASSED = 2
/** What is let through is counted for so long. */
const COUNTED_MS = 1_000
/** Room for responses that take longer than the fastest. */
const LATENCY_HEADROOM = 4
/** How slowly a rise in latency counts, since requests that queue at the server raise it, too. */
const LATENCY_RISE_MS = 60_000
/** How much of the past a rate may make up for, after a timer that fired late. */
const CATCH_UP_MS = 50
/** The pause after a 429 without Retry-After; it doubles while nothing is let through. */
const PAUSE_MS = 1_000
const MAX_PAUSE_MS = 60_000
/** Keeps several programs that were stopped together from starting together. */
const PAUSE_JITTER_MS = 100

/**
 * Decides when the next request may leave. It has no timers: time and randomness are arguments, and
 * times are milliseconds of a monotonic clock.
 */
export class Pace {
  readonly #rate: AdaptiveRate
  #nextAt = 0
  #pausedUntil = 0
  /** That of the fastest responses; 0 before the first. */
  #latencyMs = 0
  #lastPassedAt = 0
  #allowed = 1
  #passed = 0
  /** Requests per second that were let through when they were last counted; Infinity before. */
  #passedRate = Number.POSITIVE_INFINITY
  #countedSince = 0
  #counted = 0
  #pauses = 0
  #startedAt: number | undefined
  /** Whether a Retry-After states when the last pause ends. */
  #isWindowStart = false

  constructor(options: RateOptions) {
    this.#rate = new AdaptiveRate(options)
  }

  /** Requests per second. */
  get rate(): number {
    return this.#rate.perSecond
  }

  /** For how many milliseconds nothing is sent, since the server has requested a pause. */
  pauseMs(now: number): number {
    return Math.max(0, this.#pausedUntil - now)
  }

  /** How many times the server has requested a pause since it last let a request through. */
  get pausesInARow(): number {
    return this.#pauses
  }

  /**
   * One until the first response, which may reject the credentials. Each response allows
   * one more, so that connections are not opened all at once.
   */
  get maxInFlight(): number {
    const forLatency = Math.ceil((this.rate * this.#latencyMs * LATENCY_HEADROOM) / 1000)
    const part = Math.floor(this.rate * IN_FLIGHT_PART)
    return Math.min(MAX_IN_FLIGHT, this.#allowed, Math.max(1, part, forLatency))
  }

  /** Milliseconds until the next request may leave; 0 if it may leave now. */
  delayMs(now: number): number {
    return Math.max(this.#nextAt - now, this.pauseMs(now))
  }

  recordSent(now: number): void {
    const dueAt = Math.max(this.#nextAt, this.#pausedUntil)
    if (this.#startedAt === undefined) {
      this.#startedAt = now
      this.#countedSince = now
    } else if (now - dueAt < CATCH_UP_MS) {
      // The request was held back by the rate, not by the server or the source of the targets.
      this.#rate.grow(1000 / this.rate, MAX_RATE_OVER_PASSED * this.#passedRate)
    }
    this.#nextAt = Math.max(this.#nextAt, now - CATCH_UP_MS) + 1000 / this.rate
  }

  /** @param durationMs how long the response took */
  recordPassed(now: number, durationMs: number): void {
    this.#allowed = Math.min(MAX_IN_FLIGHT, this.#allowed + 1)
    this.#passed++
    this.#count(now)
    this.#pauses = 0
    const latencyMs = Math.max(1, durationMs)
    const riseMs = now - this.#lastPassedAt
    this.#lastPassedAt = now
    if (this.#latencyMs === 0) this.#latencyMs = latencyMs
    else if (latencyMs < this.#latencyMs) this.#latencyMs += (latencyMs - this.#latencyMs) / 32
    else
      this.#latencyMs += (latencyMs - this.#latencyMs) * (1 - Math.exp(-riseMs / LATENCY_RISE_MS))
  }

  /**
   * Records a 429, which pauses everything.
   *
   * @param sentAt when its request left: of those that left before the last pause began, only the
   *   pause counts, since the rate has been lowered for them
   */
  recordLimited(
    now: number,
    sentAt: number,
    retryAfterMs: number | undefined,
    random: number,
  ): void {
    const isNew = sentAt >= this.#pausedUntil
    if (isNew) this.#pauses++
    const pauseMs =
      retryAfterMs ?? Math.min(MAX_PAUSE_MS, PAUSE_MS * 2 ** Math.max(0, this.#pauses - 1))
    if (isNew) {
      const sinceMs = now - Math.max(this.#startedAt ?? now, this.#pausedUntil)
      const isWindow = retryAfterMs !== undefined
      const window = isWindow ? (this.#isWindowStart ? 'whole' : 'end') : undefined
      this.#rate.lower(this.#passed, sinceMs, pauseMs, window)
      this.#isWindowStart = isWindow
      this.#passed = 0
    }
    this.#pause(now, pauseMs, random)
  }

  /** Records that a failing server requests not to be called for a while, which implies nothing about a limit. */
  recordUnavailable(now: number, retryAfterMs: number, random: number): void {
    this.#passed = 0
    this.#isWindowStart = false
    this.#pause(now, retryAfterMs, random)
  }

  #count(now: number): void {
    this.#counted++
    const countedMs = now - this.#countedSince
    if (countedMs < COUNTED_MS) return
    this.#passedRate = (this.#counted * 1000) / countedMs
    this.#countedSince = now
    this.#counted = 0
  }

  #pause(now: number, ms: number, random: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, now + ms + random * PAUSE_JITTER_MS)
    this.#nextAt = this.#pausedUntil
  }
}
