import { formatDuration } from '../format.ts'
import { toVerdict } from '../run/attempt.ts'
import { isOtherServer } from '../run/describe-error.ts'
import type { Connection } from './connect.ts'

/** Shorter than this, a failure is hardly news. */
const LONG_FAILURE_MS = 2_000

/** The last of the requests that fail while none succeeds. */
export interface Failure {
  /** Undefined if there was no response. */
  readonly status_code: number | undefined
  readonly forMs: number
}

/** Requests that have failed since the last that did not. */
export class Failing {
  #last: { status_code: number | undefined; since: number } | undefined

  /** Forgets the failures, since a request did not fail, or none is retried any more. */
  reset(): void {
    this.#last = undefined
  }

  /** Records each attempt of a connection, until the function that it returns is called. */
  observe(connection: Connection): () => void {
    return connection.observe((error) => {
      const verdict = error && toVerdict(error)
      // What the API rejects comes from a server that is up.
      if (verdict?.kind === 'transient' || verdict?.kind === 'limited') {
        this.recordFailure(verdict.status_code)
      } else {
        this.reset()
      }
    })
  }

  /** @param status_code undefined if there was no response */
  recordFailure(status_code: number | undefined): void {
    this.#last = { status_code, since: this.#last?.since ?? performance.now() }
  }

  /** Undefined unless requests have failed for a while. */
  get failure(): Failure | undefined {
    if (this.#last === undefined) return undefined
    const { status_code, since } = this.#last
    const forMs = performance.now() - since
    return forMs < LONG_FAILURE_MS ? undefined : { status_code, forMs }
  }
}

/** `no response for 12 s; retrying` */
export function describeFailure({ status_code, forMs }: Failure): string {
  const duration = formatDuration(forMs)
  if (status_code === undefined) return `no response for ${duration}; retrying`
  return isOtherServer(status_code)
    ? `something other than the API responds (${status_code}) for ${duration}; retrying`
    : `only ${status_code}s for ${duration}; retrying`
}
