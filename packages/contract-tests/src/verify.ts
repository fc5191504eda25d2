import { checkResponse, parseBody } from '@connected-apps/contract'
import type { Operation, ReceivedResponse, ResponseViolation } from '@connected-apps/contract'

/**
 * The part that a violation concerns. `response` means that there was no response.
 * `path` and `query` occur only in checks of the document, whose parameters have examples too.
 */
export type ViolationPart = ResponseViolation['part'] | 'response' | 'path' | 'query'

/** One way in which a response, or an example in the document, violates the contract. It never contains the received value. */
export interface ContractViolation {
  /** The HTTP status of the response; `undefined` if there is no response. */
  status: number | undefined
  part: ViolationPart
  /** Where in that part: a JSON Pointer (RFC 6901) into the body, or the name of a header or parameter; empty for the whole part. */
  where: string
  /** What is wrong, in a few words. */
  message: string
}

/**
 * Formats a violation as one line.
 *
 * @example
 * describeViolation({ status: 429, part: 'body', where: '/error_type', message: 'must be string' })
 * // '429 body /error_type: must be string'
 */
export function describeViolation({ status, part, where, message }: ContractViolation): string {
  const location = [status, part, where].filter((word) => word !== undefined && word !== '')
  return `${location.join(' ')}: ${message}`
}

/**
 * Verifies a response against the contract and against the example that the contract defines for
 * the request. An `error_type` that the contract does not list is legal; one that it lists for
 * another request is a violation.
 */
export function verifyResponse(
  operation: Operation,
  received: ReceivedResponse,
  expected: string,
): ContractViolation[] {
  const violations = verifyAnyResponse(operation, received)
  const expectedStatus = operation.examples[expected]?.status
  if (received.status !== expectedStatus) {
    const message = `the contract defines ${expectedStatus} for this request`
    return [{ status: received.status, part: 'status', where: '', message }, ...violations]
  }
  if (violations.length > 0) return violations
  const errorType = errorTypeOf(received)
  if (errorType === undefined || errorType === expected) return []
  if (!Object.hasOwn(operation.examples, errorType)) return []
  return [
    {
      status: received.status,
      part: 'body',
      where: '/error_type',
      message: `is ${errorType}; the contract defines ${expected} for this request`,
    },
  ]
}

/** Verifies a response against the contract, whatever the request was. */
export function verifyAnyResponse(
  operation: Operation,
  received: ReceivedResponse,
): ContractViolation[] {
  return checkResponse(operation, received).map((violation) => ({
    status: received.status,
    ...violation,
  }))
}

/** The `error_type` of a response, or `undefined` if its body is not JSON or has none. */
export function errorTypeOf({ body }: ReceivedResponse): string | undefined {
  const parsed = parseBody(body)
  if ('violation' in parsed) return undefined
  const { error_type }: { error_type?: unknown } = Object(parsed.value)
  return typeof error_type === 'string' ? error_type : undefined
}
