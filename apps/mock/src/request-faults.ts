import { operation } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import type { ExampleName } from '@connected-apps/contract/examples'
import { checkRequest } from '@connected-apps/contract/request'
import type { RequestViolation } from '@connected-apps/contract/request'
import type { IncomingHttpHeaders } from 'node:http'
import { hasCredentials } from './credentials.ts'
import { bodyLimitBytes } from './request-body.ts'

/** One way in which a request breaks the contract, and the contract's own answer to it. */
export interface RequestFault {
  answer: ExampleName
  /** Which part of the request: `path member_id`, `header Authorization`, `body`. */
  where: string
  /** A JSON Pointer into the body, where the fault lies in one. */
  pointer?: string
  message: string
}

/** The parts of a request that the contract speaks of. */
export interface RequestParts {
  /** Undefined when no operation answers the method and path. */
  path: PathParameters | undefined
  headers: IncomingHttpHeaders
  body: Buffer | 'too long'
}

/** Holds a request against the contract; the faults stand in the contract's order of checks. */
export function requestFaults({ path, headers, body }: RequestParts): RequestFault[] {
  if (!path) return [noRoute]
  const received = { get: (name: string) => headers[name.toLowerCase()]?.toString() ?? null }
  const isTooLong = body === 'too long'
  const violations = checkRequest({ path, headers: received, body: isTooLong ? '' : body })
  return [
    ...(hasCredentials(headers.authorization) ? [] : [noCredentials]),
    ...violations.map(faultOf),
    ...(isTooLong ? [tooLong] : []),
  ]
}

const noRoute: RequestFault = {
  answer: 'route_not_found',
  where: 'method and path',
  message: `the contract has only ${operation.method} ${operation.path}`,
}

const noCredentials: RequestFault = {
  answer: 'unauthorized_credentials',
  where: 'header Authorization',
  message: 'must be HTTP Basic with a project_id and a secret',
}

const tooLong: RequestFault = {
  answer: 'bad_request',
  where: 'body',
  message: `is longer than ${bodyLimitBytes} bytes`,
}

function faultOf({ part, where, message, answer }: RequestViolation): RequestFault {
  if (part === 'body') return { answer, where: part, ...(where && { pointer: where }), message }
  return { answer, where: where ? `${part} ${where}` : part, message }
}
