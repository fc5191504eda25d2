import type { B2BClientConfig } from '@connected-apps/client'
import type { ClientOperation, OperationId } from '@connected-apps/contract'
import type { Method } from '../src/call.ts'
import { createMethodFactory } from '../src/call.ts'
import { parseConfig } from '../src/config.ts'
import type { Clock } from '../src/timeouts.ts'
import { credentials } from './client.ts'

const ATTEMPT_TIMEOUT_MS = 1_000_000

/** A clock that skips delays between attempts and records them. Attempts never time out. */
export class SkippingClock implements Clock {
  delays: number[] = []
  randomNumber = 0.5
  #skippedMs = 0
  readonly #attemptTimeoutMs: number

  /** Timers of at least `attemptTimeoutMs` are taken for those of attempts, and never fire. */
  constructor(attemptTimeoutMs = ATTEMPT_TIMEOUT_MS) {
    this.#attemptTimeoutMs = attemptTimeoutMs
  }

  now(): number {
    return performance.now() + this.#skippedMs
  }

  date(): number {
    return Date.parse('2026-11-22T12:00:00Z') + this.#skippedMs
  }

  random(): number {
    return this.randomNumber
  }

  schedule(callback: () => void, ms: number): () => void {
    if (ms < this.#attemptTimeoutMs) {
      this.delays.push(ms)
      this.#skippedMs += ms
      queueMicrotask(callback)
    }
    return () => undefined
  }
}

/** A clock that only its timers advance: each one fires at once and is recorded, also of attempts. */
export class FastForwardClock extends SkippingClock {
  #nowMs = 0

  constructor() {
    super(Infinity)
    this.randomNumber = 0
  }

  override now(): number {
    return this.#nowMs
  }

  override schedule(callback: () => void, ms: number): () => void {
    this.#nowMs += ms
    return super.schedule(callback, ms)
  }
}

/** The method of an operation on a clock that skips delays, with timeouts longer than any delay. */
export function methodWithClock(
  operation: ClientOperation,
  baseUrl: string,
  clock: Clock,
  config: Partial<B2BClientConfig> = {},
): Method<OperationId> {
  const timeouts = { timeoutMs: ATTEMPT_TIMEOUT_MS, deadlineMs: 10 * ATTEMPT_TIMEOUT_MS }
  const resolved = parseConfig({ ...credentials, baseUrl, ...timeouts, ...config })
  return createMethodFactory(resolved, clock)(operation)
}
