/** So many failures in a row, of so many targets, are not due to the targets. */
const FAILURES_TO_DOUBT = 5
const FIRST_PROBE_MS = 500
const MAX_PROBE_MS = 5_000

/**
 * Whether the server seems to be up: a circuit breaker. After several failures in a row it lets
 * through only one request at a time, ever less often, until one succeeds, or until the server has
 * been down for too long. It has no timers: time and randomness are arguments, and times are
 * milliseconds of a monotonic clock.
 */
export class Availability {
  readonly #maxDownMs: number
  readonly #failed = new Set<number>()
  #firstFailureAt = 0
  #probes = 0
  #nextProbeAt = 0

  /** @param maxDownMs for how long nothing but failures is tolerated */
  constructor(maxDownMs: number) {
    this.#maxDownMs = maxDownMs
  }

  /** Whether the server seems to be down, so that only one request at a time may leave. */
  get isDoubted(): boolean {
    return this.#failed.size >= FAILURES_TO_DOUBT
  }

  /** Milliseconds until the next request may leave, if no other is in flight. */
  delayMs(now: number): number {
    return this.isDoubted ? Math.max(0, this.#nextProbeAt - now) : 0
  }

  isDown(now: number): boolean {
    return this.isDoubted && now - this.#firstFailureAt >= this.#maxDownMs
  }

  recordResponse(): void {
    this.#failed.clear()
    this.#probes = 0
  }

  /** @param ordinal the target whose request failed */
  recordFailure(now: number, ordinal: number, random: number): void {
    if (this.#failed.size === 0) this.#firstFailureAt = now
    if (!this.isDoubted) this.#failed.add(ordinal)
    if (!this.isDoubted) return
    const delayMs = Math.min(MAX_PROBE_MS, FIRST_PROBE_MS * 2 ** this.#probes)
    // Failures of requests that left together are one reason to wait, not several.
    if (now < this.#nextProbeAt) return
    this.#probes++
    this.#nextProbeAt = now + delayMs * (0.5 + random / 2)
  }
}
