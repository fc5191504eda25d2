import { operation } from './generated/operation.ts'
import { validators as bodyValidators } from './generated/response-body-validators.ts'
import { validators as headerValidators } from './generated/response-header-validators.ts'
import type { Status } from './types.ts'
import type { Validator, Violation } from './violation.ts'
import { violationsOf } from './violation.ts'

const bodies: Record<Status, Validator> = bodyValidators
const headers: Record<Status, Validator> = headerValidators

/**
 * Holds a parsed response body against the schema of its status.
 *
 * @returns what is wrong, empty when the body is right
 * @example
 * checkResponseBody(200, { status_code: 200, request_id: 'request-id-test-1' }) // []
 */
export function checkResponseBody(status: Status, body: unknown): Violation[] {
  return violationsOf(bodies[status], body)
}

/** The part of the Fetch standard's `Headers` that is read here. */
export interface ReceivedHeaders {
  get(name: string): string | null
}

/**
 * Holds the headers of an answer against those that the contract declares for its status.
 *
 * @returns what is wrong, empty when the headers are right
 */
export function checkResponseHeaders(status: Status, received: ReceivedHeaders): Violation[] {
  const declared = operation.responseHeaders[status].map((name) => [name, received.get(name)])
  return violationsOf(
    headers[status],
    Object.fromEntries(declared.filter(([, value]) => value !== null)),
  )
}
