import type { Result } from '../outcome.ts'
import type { Job } from './job.ts'

/** A target, and the result that it has if the credentials and the server are right. */
export interface UndecidedJob {
  readonly job: Job
  readonly result: Result
}

/** So many targets that the API forbids, before it decides any otherwise, are not due to the targets. */
const MAX_FORBIDDEN = 10

/**
 * Targets that were forbidden, or that failed at every attempt, until the API has decided another one:
 * it may be the credentials or the server that are wrong.
 */
export class Undecided {
  #jobs: UndecidedJob[] = []
  #hasDecided = false

  get size(): number {
    return this.#jobs.length
  }

  /** Whether the API forbids so many targets that it seems to forbid all. */
  get isForbidden(): boolean {
    return this.#jobs.filter(({ result }) => result === 'forbidden').length >= MAX_FORBIDDEN
  }

  /** Holds a target back; returns false if the API has decided others, so that the result holds. */
  hold(job: Job, result: Result): boolean {
    if (!this.#hasDecided) this.#jobs.push({ job, result })
    return !this.#hasDecided
  }

  /** To be called when the API has decided a target: returns those that were held back. */
  release(): UndecidedJob[] {
    this.#hasDecided = true
    return this.takeAll()
  }

  takeAll(): UndecidedJob[] {
    return this.#jobs.splice(0)
  }
}
