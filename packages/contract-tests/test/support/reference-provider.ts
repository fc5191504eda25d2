import { checkRequest } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import { allOperations, contract, matchOperation } from '@connected-apps/contract/operations'
import { successOf } from './operations.ts'
import { startProvider, validResponse } from './provider.ts'
import type { CannedResponse, Provider } from './provider.ts'

type Request = Provider['requests'][number]

/** An example of an operation. */
export interface ExpectedExample {
  operation: Operation
  example: string
}

export const credentials = { projectId: 'project-test-1', secret: 'a-secret:with-a-colon' }
export const sessions = {
  sessionToken: sessionExample('token'),
  sessionJwt: sessionExample('jwt'),
  sessionTokenWithoutPermission: 'without-permission',
  sessionTokenOfOtherOrganization: 'of-another-organization',
}

/** Starts a provider that conforms to the contract and supports `Prefer`. */
export function startMock(): Promise<Provider> {
  return startProvider((request) => expectedResponse(request, { supportsPrefer: true }))
}

/** Starts a provider that conforms to the contract and has only the contract's example ids. */
export function startRemote(): Promise<Provider> {
  return startProvider((request) => expectedResponse(request))
}

/** The complete response that the contract defines for a request. */
export function expectedResponse(
  request: Request,
  support?: { supportsPrefer: boolean },
): CannedResponse {
  const { operation, example } = expectedExample(request, support)
  return validResponse(operation, example)
}

/** The example that the contract defines for a request, by its order of checks, if only its example ids exist. */
export function expectedExample(
  request: Request,
  { supportsPrefer = false } = {},
): ExpectedExample {
  const match = matchOperation(request.method, request.path)
  if (match === undefined) return unmatchedExample()
  const { operation, path } = match
  const { authorization } = request.headers
  const basic = Buffer.from(`${credentials.projectId}:${credentials.secret}`).toString('base64')
  const hasCredentials = supportsPrefer
    ? authorization?.startsWith('Basic ')
    : authorization === `Basic ${basic}`
  const [security] = operation.security
  if (!hasCredentials && security !== undefined) return { operation, example: security.example }
  const headers = new Headers(request.headers as Record<string, string>) // safe: the suite repeats no header
  const [violation] = checkRequest(operation, { path, headers, body: request.body })
  if (violation !== undefined) return { operation, example: violation.example }
  const preferred = /example=(\w+)/.exec(String(request.headers['prefer']))?.[1]
  if (supportsPrefer) {
    const isListed = preferred !== undefined && Object.hasOwn(operation.examples, preferred)
    return { operation, example: isListed ? preferred : successOf(operation) }
  }
  return { operation, example: exampleForState(operation, path, headers) }
}

/** A value that does not exist at the provider triggers the first example that the contract lists for it. */
function exampleForState(
  operation: Operation,
  path: Record<string, string>,
  headers: Headers,
): string {
  const { examples, parameters, sessionHeaders } = operation
  const token = sessionHeaders.token === undefined ? null : headers.get(sessionHeaders.token)
  if (token === sessions.sessionTokenWithoutPermission) return 'session_authorization_error'
  if (token === sessions.sessionTokenOfOtherOrganization) {
    return 'session_authorization_tenancy_error'
  }
  const unknown = Object.keys(examples).find((name) => {
    const { trigger } = examples[name] ?? {}
    if (typeof trigger !== 'object') return false
    const value = path[trigger.unknown] ?? headers.get(trigger.unknown)
    return value !== null && value !== parameters[trigger.unknown]?.example
  })
  return unknown ?? successOf(operation)
}

function unmatchedExample(): ExpectedExample {
  const { example } = contract.unmatched
  const operation = allOperations.find(({ examples }) => Object.hasOwn(examples, example))
  if (operation === undefined) throw new Error(`no operation has the example ${example}`)
  return { operation, example }
}

function sessionExample(form: 'token' | 'jwt'): string {
  for (const { parameters, sessionHeaders } of allOperations) {
    const { example } = parameters[sessionHeaders[form] ?? ''] ?? {}
    if (typeof example === 'string') return example
  }
  throw new Error(`no operation takes a session as a ${form}`)
}
