import { headerParameterNames, operation } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import { checkParameter } from '@connected-apps/contract/request'
import type { IncomingHttpHeaders } from 'node:http'
import type { Choice } from './choice.ts'
import { hasCredentials } from './credentials.ts'
import type { ParsedBody } from './request-body.ts'

/** One way in which a request breaks the contract, and the contract's own answer to it. */
export interface RequestFault {
  answer: Choice
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
  body: ParsedBody
}

/** Holds a request against the contract; the faults stand in the contract's order of checks. */
export function requestFaults({ path, headers, body }: RequestParts): RequestFault[] {
  if (!path) {
    return [
      {
        answer: { status: 404, example: 'route_not_found' },
        where: 'method and path',
        message: `the contract has only ${operation.method} ${operation.path}`,
      },
    ]
  }
  return [
    ...credentialFaults(headers),
    ...parameterFaults(path, headers),
    ...sessionFaults(headers),
    ...bodyFaults(body),
  ]
}

function credentialFaults(headers: IncomingHttpHeaders): RequestFault[] {
  if (hasCredentials(headers.authorization)) return []
  return [
    {
      answer: { status: 401, example: 'unauthorized_credentials' },
      where: 'header Authorization',
      message: 'must be HTTP Basic with a project_id and a secret',
    },
  ]
}

function parameterFaults(path: PathParameters, headers: IncomingHttpHeaders): RequestFault[] {
  return operation.parameters.flatMap((parameter) => {
    const value =
      parameter.in === 'path' ? path[parameter.name] : headers[parameter.name.toLowerCase()]
    if (value === undefined && !parameter.required) return []
    const [violation] = checkParameter(parameter.name, value)
    if (!violation) return []
    const where = `${parameter.in} ${parameter.name}`
    const answer: Choice = { status: 400, example: parameter.errorType }
    return [{ answer, where, message: violation.message }]
  })
}

function sessionFaults(headers: IncomingHttpHeaders): RequestFault[] {
  const sent = headerParameterNames.filter((name) => headers[name.toLowerCase()] !== undefined)
  if (sent.length < 2) return []
  return [
    {
      answer: { status: 400, example: 'too_many_session_arguments' },
      where: sent.map((name) => `header ${name}`).join(' and '),
      message: 'at most one session header may be sent',
    },
  ]
}

function bodyFaults(body: ParsedBody): RequestFault[] {
  if (!('fault' in body)) return []
  const answer: Choice = { status: 400, example: 'bad_request' }
  return [
    {
      answer,
      where: 'body',
      message: body.fault,
      ...(body.pointer === undefined ? {} : { pointer: body.pointer }),
    },
  ]
}
