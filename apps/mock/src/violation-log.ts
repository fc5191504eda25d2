import { RecentLog } from './recent-log.ts'

/** So many violations are kept, the latest. */
export const violationCapacity = 1000

/** One way in which a request or an answer broke the contract. It never holds the value itself. */
export interface ContractViolation {
  direction: 'request' | 'response'
  /** Which part: `path member_id`, `header Retry-After`, `status`, `body`. */
  where: string
  /** A JSON Pointer (RFC 6901) into the body, where the fault lies in one. */
  pointer?: string
  message: string
}

/** A violation, and the exchange that it happened in. */
export interface LoggedViolation extends ContractViolation {
  /** Counts the violations since the start or the last reset, from 1. */
  number: number
  /** ISO 8601. */
  at: string
  method: string
  path: string
}

/** The violations that the proxy saw, the latest {@link violationCapacity} of them. */
export class ViolationLog {
  readonly #log = new RecentLog<Omit<LoggedViolation, 'number'>>(violationCapacity)

  /** Every violation since the start or the last reset, those forgotten included. */
  get total(): number {
    return this.#log.total
  }

  add(violations: readonly ContractViolation[], method: string, path: string): void {
    const exchange = { at: new Date().toISOString(), method, path: path.slice(0, 512) }
    for (const violation of violations) this.#log.add({ ...exchange, ...violation })
  }

  /** What was seen, oldest first. */
  entries(): LoggedViolation[] {
    return [...this.#log.entries()]
  }

  reset(): void {
    this.#log.reset()
  }
}

/** A violation in one line: `response body /status_code: must be equal to constant`. */
export function describeViolation({
  direction,
  where,
  pointer,
  message,
}: ContractViolation): string {
  return `${direction} ${where}${pointer ? ` ${pointer}` : ''}: ${message}`
}
