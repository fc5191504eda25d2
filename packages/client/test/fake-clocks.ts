import type { B2BClientConfig } from '@connected-apps/client'
import type { ClientOperation } from '@connected-apps/contract'
import type { Client } from '../src/client.ts'
import { createClientFrom } from '../src/client.ts'
import { parseConfig } from '../src/config.ts'
import type { Clock } from '../src/timeouts.ts'
import type { AnyMethod } from './client.ts'
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

/** A clock that only its timers advance: each one fires immediately and is recorded, also of attempts. */
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

/** A client on a clock that skips delays, with timeouts longer than any delay. */
export function connectWithClock(
  baseUrl: string,
  clock: Clock,
  config: Partial<B2BClientConfig> = {},
): Client {
  const timeouts = { timeoutMs: ATTEMPT_TIMEOUT_MS, deadlineMs: 10 * ATTEMPT_TIMEOUT_MS }
  return createClientFrom(
    parseConfig({ ...credentials, baseUrl, ...timeouts, ...config }, 'test'),
    clock,
  )
}

/** The method of an operation of such a client. */
export function methodWithClock(
  operation: ClientOperation,
  baseUrl: string,
  clock: Clock,
  config: Partial<B2BClientConfig> = {},
): AnyMethod {
  const client = connectWithClock(baseUrl, clock, config)
  return (params, options) => client.call(operation, params, options)
}
