import { BoundedLog } from '@connected-apps/scenarios'
import { printable } from '../printable.ts'

/** The proxy keeps this many of the latest violations. */
export const maxLoggedViolations = 1000

/** One way in which a request or a response violates the contract. It never contains the value. */
export interface ContractViolation {
  direction: 'request' | 'response'
  /** Which part: `path member_id`, `header Retry-After`, `status`, `body`. */
  where: string
  /** A JSON Pointer (RFC 6901) into the body, if the violation is inside it. */
  pointer?: string
  message: string
}

/** A violation, and the exchange in which it occurred. */
export interface LoggedViolation extends ContractViolation {
  /** Counts the violations since the start or the last reset, from 1. */
  number: number
  /** ISO 8601. */
  at: string
  method: string
  path: string
}

/** A log of the latest {@link maxLoggedViolations} violations. */
export class ViolationLog {
  readonly #log = new BoundedLog<Omit<LoggedViolation, 'number'>>(maxLoggedViolations)

  /** The number of violations since the start or the last reset, including discarded ones. */
  get total(): number {
    return this.#log.total
  }

  add(violations: readonly ContractViolation[], method: string, path: string): void {
    const exchange = { at: new Date().toISOString(), method, path: path.slice(0, 512) }
    for (const violation of violations) this.#log.add({ ...exchange, ...violation })
  }

  /** The violations that are kept, oldest first. */
  entries(): LoggedViolation[] {
    return [...this.#log.entries()]
  }

  reset(): void {
    this.#log.reset()
  }
}

/** A violation on one line: `response body /status_code: must be equal to constant`. */
export function describeViolation({
  direction,
  where,
  pointer,
  message,
}: ContractViolation): string {
  return printable(`${direction} ${where}${pointer ? ` ${pointer}` : ''}: ${message}`)
}
