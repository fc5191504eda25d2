import { checkRequest, parseBasicCredentials } from '@connected-apps/contract'
import type {
  Operation,
  ReceivedHeaders,
  RequestViolation as FormViolation,
} from '@connected-apps/contract'
import type { OperationMatch } from '@connected-apps/contract/operations'

/** The maximum size of a request body. */
export const maxBodyBytes = 1024 * 1024

/** One way in which a request violates the contract, and the example of the response to it. */
export interface RequestViolation {
  /** The name of the example. */
  example: string
  /** Which part of the request: `path member_id`, `header Authorization`, `body`. */
  where: string
  /** A JSON Pointer (RFC 6901) into the body, if the violation is inside it. */
  pointer?: string
  message: string
}

/** The parts of a request that the contract covers, besides its path. */
export interface RequestParts {
  query: URLSearchParams
  headers: ReceivedHeaders
  body: Uint8Array | 'too long'
}

/**
 * Checks a request to an operation. The violations are in the order in which the contract checks
 * them, so the first one determines the response.
 */
export function requestViolations(
  { operation, path }: OperationMatch,
  { query, headers, body }: RequestParts,
): RequestViolation[] {
  const isTooLong = body === 'too long'
  const form = { path, query, headers, body: isTooLong ? '' : body }
  const tooLong: RequestViolation = {
    example: operation.malformedExample,
    where: 'body',
    message: `is longer than ${maxBodyBytes} bytes`,
  }
  return [
    ...credentialsViolations(operation, headers.get('authorization')),
    ...checkRequest(operation, form).map(fromFormViolation),
    ...(isTooLong ? [tooLong] : []),
  ]
}

// Only the first scheme is checked: the contract has no alternatives, and only Basic is implemented.
function credentialsViolations(
  { security: [scheme] }: Operation,
  authorization: string | null,
): RequestViolation[] {
  if (!scheme || parseBasicCredentials(authorization)) return []
  const message = 'must be HTTP Basic with a project_id and a secret'
  return [{ example: scheme.example, where: 'header Authorization', message }]
}

function fromFormViolation({ part, where, message, example }: FormViolation): RequestViolation {
  if (part === 'body') return { example, where: part, ...(where && { pointer: where }), message }
  return { example, where: where ? `${part} ${where}` : part, message }
}
