import { matchPath, operation } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import type { ExampleName } from '@connected-apps/contract/examples'
import { checkRequest } from '@connected-apps/contract/request'
import type { RequestViolation as FormViolation } from '@connected-apps/contract/request'
import type { IncomingHttpHeaders } from 'node:http'
import { maxBodyBytes } from '../http/body.ts'

/** One way in which a request violates the contract, and the contract's response to it. */
export interface RequestViolation {
  /** The example to respond with. */
  example: ExampleName
  /** Which part of the request: `path member_id`, `header Authorization`, `body`. */
  where: string
  /** A JSON Pointer (RFC 6901) into the body, if the violation is inside it. */
  pointer?: string
  message: string
}

/** The parts of a request that the contract covers. */
export interface RequestParts {
  /** Undefined when no operation matches the method and path. */
  path: PathParameters | undefined
  headers: IncomingHttpHeaders
  body: Buffer | 'too long'
}

/** The path parameters if the contract has an operation with this method and path. */
export function matchOperation(method: string, path: string): PathParameters | undefined {
  return method === operation.method ? matchPath(path) : undefined
}

/**
 * Checks a request against the contract. The violations are in the order in which the contract
 * checks them, so the first one determines the response.
 */
export function requestViolations({ path, headers, body }: RequestParts): RequestViolation[] {
  if (!path) return [unknownRoute]
  const headerReader = { get: (name: string) => headers[name.toLowerCase()]?.toString() ?? null }
  const isTooLong = body === 'too long'
  const violations = checkRequest({ path, headers: headerReader, body: isTooLong ? '' : body })
  return [
    ...(hasCredentials(headers.authorization) ? [] : [missingCredentials]),
    ...violations.map(fromFormViolation),
    ...(isTooLong ? [bodyTooLong] : []),
  ]
}

const unknownRoute: RequestViolation = {
  example: 'route_not_found',
  where: 'method and path',
  message: `the contract has only ${operation.method} ${operation.path}`,
}

const missingCredentials: RequestViolation = {
  example: 'unauthorized_credentials',
  where: 'header Authorization',
  message: 'must be HTTP Basic with a project_id and a secret',
}

const bodyTooLong: RequestViolation = {
  example: 'bad_request',
  where: 'body',
  message: `is longer than ${maxBodyBytes} bytes`,
}

/**
 * Whether an Authorization header carries a project_id and a secret (RFC 7617). The project_id ends
 * at the first colon, so the secret may contain colons.
 */
function hasCredentials(authorization: string | undefined): boolean {
  const [, encoded] = /^basic +([a-z\d+/]+={0,2})$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined) return false
  const [projectId = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':')
  return projectId !== '' && secret.join(':') !== ''
}

function fromFormViolation({
  part,
  where,
  message,
  answer: example,
}: FormViolation): RequestViolation {
  if (part === 'body') return { example, where: part, ...(where && { pointer: where }), message }
  return { example, where: where ? `${part} ${where}` : part, message }
}
