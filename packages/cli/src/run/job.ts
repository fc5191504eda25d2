import type { Outcome, Result } from '../outcome.ts'
import type { OrdinalTarget, Target } from '../target.ts'
import type { Details } from './attempt.ts'

/** A target that is in flight, or that is to be sent again. */
export interface Job {
  readonly ordinal: number
  readonly target: Target
  attempts: number
  failures: number
  /** When it may be sent again. */
  dueAt: number
  durationMs: number
  endedAt: number
  last: Details
}

export function createJob({ ordinal, target }: OrdinalTarget): Job {
  return {
    ordinal,
    target,
    attempts: 0,
    failures: 0,
    dueAt: 0,
    durationMs: 0,
    endedAt: 0,
    last: {},
  }
}

export function toOutcome(job: Job, result: Result): Outcome {
  const { ordinal, target, attempts, durationMs, endedAt, last } = job
  return { ordinal, target, result, ...last, endedAt, durationMs, attempts }
}

/** Targets that are to be sent again, in the order in which they failed. */
export class RetryQueue {
  readonly #jobs: Job[] = []

  get size(): number {
    return this.#jobs.length
  }

  add(job: Job): void {
    this.#jobs.push(job)
  }

  /** The first that is due. */
  takeDue(now: number): Job | undefined {
    const due = this.#jobs.findIndex(({ dueAt }) => dueAt <= now)
    return due === -1 ? undefined : this.#jobs.splice(due, 1)[0]
  }

  /** Milliseconds until one is due; undefined if there is none. */
  delayMs(now: number): number | undefined {
    if (this.#jobs.length === 0) return undefined
    const dueAt = this.#jobs.reduce((least, job) => Math.min(least, job.dueAt), Infinity)
    return Math.max(0, dueAt - now)
  }

  takeAll(): Job[] {
    return this.#jobs.splice(0)
  }
}
