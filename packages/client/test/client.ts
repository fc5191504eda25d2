import type { B2BClientConfig, ConnectedApps } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import type { Clock } from '../src/clock.ts'
import { readConfig } from '../src/config.ts'
import type { Revoke } from '../src/revoke.ts'
import { openRevoke } from '../src/revoke.ts'

/** The contract's example ids. */
export { pathParameterExamples as ids } from '@connected-apps/contract/examples'

export const credentials = {
  project_id: 'project-test-11111111-1111-4111-8111-111111111111',
  secret: 'secret-test-Zm9vYmFyYmF6cXV4',
}

/** The calls of a client on the contract's example project. */
export function connectTo(baseUrl: string, config: Partial<B2BClientConfig> = {}): ConnectedApps {
  return new B2BClient({ ...credentials, baseUrl, ...config }).organizations.members.connectedApps
}

const ATTEMPT_MS = 1_000_000

/** A clock that jumps through waits, and keeps a list of them; attempts get all the time they want. */
export class SkippingClock implements Clock {
  waits: number[] = []
  chance = 0.5
  #skipped = 0
  readonly #attemptMs: number

  /** Timers from this length on are those of attempts, and never ring. */
  constructor(attemptMs = ATTEMPT_MS) {
    this.#attemptMs = attemptMs
  }

  now(): number {
    return performance.now() + this.#skipped
  }

  date(): number {
    return Date.parse('2026-11-22T12:00:00Z') + this.#skipped
  }

  random(): number {
    return this.chance
  }

  schedule(callback: () => void, ms: number): () => void {
    if (ms < this.#attemptMs) {
      this.waits.push(ms)
      this.#skipped += ms
      queueMicrotask(callback)
    }
    return () => undefined
  }
}

/** A clock that stands still but for its timers: each one rings at once, and is kept in a list. */
export class RingingClock extends SkippingClock {
  #time = 0

  constructor() {
    super(Infinity)
    this.chance = 0
  }

  override now(): number {
    return this.#time
  }

  override schedule(callback: () => void, ms: number): () => void {
    this.#time += ms
    return super.schedule(callback, ms)
  }
}

/** The same call on a clock that skips, with time limits longer than any wait. */
export function skippingRevoke(
  baseUrl: string,
  clock: SkippingClock,
  config: Partial<B2BClientConfig> = {},
): Revoke {
  const limits = { timeoutMs: ATTEMPT_MS, deadlineMs: 10 * ATTEMPT_MS }
  return openRevoke(readConfig({ ...credentials, baseUrl, ...limits, ...config }), clock)
}

/** What a promise was rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('was not rejected')
    },
    (error: unknown) => error,
  )
}
