import { operation } from '@connected-apps/contract'
import { headerParameterExamples, requestBodyExamples } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import { checkParameter } from '@connected-apps/contract/request'
import type { RunSettings } from './options.ts'
import { randomId } from './send/request.ts'
import type { CaseRequest } from './send/request.ts'

/** A request to which the contract defines the response. */
export interface Case {
  /** Describes the request and completes "responds 401 to …". Unique. */
  name: string
  /** The contract's example of the expected response; it implies the status. */
  example: ExampleName
  /**
   * What determines the response. `request`: the request alone. `state`: what exists at the target.
   * `trigger`: a condition that no request causes, such as a failing server, so that a remote needs
   * a function in the option `trigger`. A mock is sent a `Prefer` header for the last two.
   */
  dependsOn: 'request' | 'state' | 'trigger'
  /** Builds the request, or returns the reason why the case has to be skipped. */
  request: (settings: RunSettings) => CaseRequest | string
}

const successes: Case[] = [
  stateCase('revoked', 'a revoke', () => ({})),
  stateCase('revoked', 'a repeated revoke', () => ({})),
  stateCase('revoked', 'a revoke without a body', () => ({ body: 'none' })),
  ...Object.entries(requestBodyExamples).map(([name, body]) =>
    stateCase('revoked', `a revoke with the request example ${name}`, () => json(body)),
  ),
  stateCase('revoked', 'a revoke that repeats the ids in its body', ({ ids }) => json(ids)),
  stateCase('revoked', 'a revoke with a session token', ({ sessionToken }) =>
    sessionToken === undefined
      ? 'needs the token of a session that is allowed to revoke'
      : { parameters: { 'X-Stytch-Member-Session': sessionToken } },
  ),
  stateCase('revoked', 'a revoke with a session JWT', ({ sessionJwt }) =>
    sessionJwt === undefined
      ? 'needs the JWT of a session that is allowed to revoke'
      : { parameters: { 'X-Stytch-Member-SessionJWT': sessionJwt } },
  ),
]

/** Malformed values by the location of the parameter; the parameter's schema decides which of them apply. */
const malformedValues: Record<'path' | 'header', { value: string; description: string }[]> = {
  path: [
    { value: '.', description: '"."' },
    { value: '..', description: '".."' },
    { value: 'not an id', description: 'with spaces' },
    { value: 'a'.repeat(129), description: 'of 129 characters' },
  ],
  header: [{ value: 'not a session', description: 'with spaces' }],
}

const malformed: Case[] = [
  requestCase('bad_request', 'a truncated body', text(operation.mediaType, '{"member_id')),
  requestCase('bad_request', 'a body that is an array', json([])),
  requestCase('bad_request', 'a body of another media type', text('text/plain', 'revoke')),
  ...operation.parameters.flatMap(({ name, in: location, errorType }) =>
    malformedValues[location]
      .filter(({ value }) => checkParameter(name, value).length > 0)
      .map(({ value, description }) =>
        requestCase(errorType, `${name} ${description}`, { parameters: { [name]: value } }),
      ),
  ),
  requestCase('too_many_session_arguments', 'both session headers', {
    parameters: headerParameterExamples,
  }),
]

const unauthorized: Case[] = [
  requestCase('unauthorized_credentials', 'no credentials', { credentials: 'none' }),
  requestCase('unauthorized_credentials', 'credentials of another scheme', {
    credentials: 'another scheme',
  }),
  stateCase('unauthorized_credentials', 'a wrong secret', () => ({ credentials: 'wrong secret' })),
]

const forbidden: Case[] = [
  stateCase(
    'session_authorization_error',
    'a session without the permission',
    ({ sessionTokenWithoutPermission: token }) =>
      token === undefined
        ? 'needs the token of a session that is not allowed to revoke'
        : { parameters: { 'X-Stytch-Member-Session': token } },
  ),
  stateCase(
    'session_authorization_tenancy_error',
    'a session of another Organization',
    ({ sessionTokenOfOtherOrganization: token }) =>
      token === undefined
        ? 'needs the token of a session of another Organization'
        : { parameters: { 'X-Stytch-Member-Session': token } },
  ),
]

const notFound: Case[] = [
  stateCase('organization_not_found', 'an unknown Organization', () => ({
    parameters: { organization_id: randomId() },
  })),
  stateCase('session_not_found', 'an unknown session', () => ({
    parameters: { 'X-Stytch-Member-Session': randomId() },
  })),
  stateCase('member_not_found', 'an unknown Member', () => ({
    parameters: { member_id: randomId() },
  })),
  stateCase('connected_app_not_found', 'an unknown Connected App', () => ({
    parameters: { connected_app_id: randomId() },
  })),
  requestCase('route_not_found', 'an undeclared path', { pathSuffix: '/contract-tests' }),
]

const serverSide: Case[] = [
  triggerCase(
    'too_many_requests',
    'a revoke beyond the rate limit',
    'needs a target at its rate limit',
  ),
  triggerCase(
    'internal_server_error',
    'a revoke while the server fails',
    'needs a target that fails',
  ),
]

/** Every case of the suite, in ascending order of status. */
export const contractCases: readonly Case[] = [
  ...successes,
  ...malformed,
  ...unauthorized,
  ...forbidden,
  ...notFound,
  ...serverSide,
]

function requestCase(example: ExampleName, name: string, request: CaseRequest): Case {
  return { name, example, dependsOn: 'request', request: () => request }
}

function stateCase(example: ExampleName, name: string, request: Case['request']): Case {
  return { name, example, dependsOn: 'state', request }
}

function triggerCase(example: ExampleName, name: string, skipReason: string): Case {
  return { name, example, dependsOn: 'trigger', request: () => skipReason }
}

function json(value: unknown): CaseRequest {
  return text(operation.mediaType, JSON.stringify(value))
}

function text(mediaType: string, body: string): CaseRequest {
  return { body: { mediaType, text: body } }
}
