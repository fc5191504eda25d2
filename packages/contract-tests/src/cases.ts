import { operation } from '@connected-apps/contract'
import { headerParameterExamples, requestBodyExamples } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import { checkParameter } from '@connected-apps/contract/request'
import type { Case } from './case.ts'
import { illFormedValues } from './ill-formed-values.ts'
import type { CaseRequest } from './request.ts'
import { unknownId } from './unknown-id.ts'

const successes: Case[] = [
  byState('revoked', 'a revoke', () => ({})),
  byState('revoked', 'the same revoke once more', () => ({})),
  byState('revoked', 'a revoke without a body', () => ({ body: 'none' })),
  ...Object.entries(requestBodyExamples).map(([name, body]) =>
    byState('revoked', `a revoke with the request example ${name}`, () => json(body)),
  ),
  byState('revoked', 'a revoke with the ids in its body too', ({ ids }) => json(ids)),
  byState('revoked', 'a revoke with a session token', ({ sessionToken }) =>
    sessionToken === undefined
      ? 'needs the token of a session that may revoke'
      : { parameters: { 'X-Stytch-Member-Session': sessionToken } },
  ),
  byState('revoked', 'a revoke with a session JWT', ({ sessionJwt }) =>
    sessionJwt === undefined
      ? 'needs the JWT of a session that may revoke'
      : { parameters: { 'X-Stytch-Member-SessionJWT': sessionJwt } },
  ),
]

const illFormed: Case[] = [
  byRequest('bad_request', 'a body that is cut off', text(operation.mediaType, '{"member_id')),
  byRequest('bad_request', 'a body that is an array', json([])),
  byRequest('bad_request', 'a body of another media type', text('text/plain', 'revoke')),
  ...operation.parameters.flatMap(({ name, in: place, errorType }) =>
    illFormedValues[place]
      .filter(({ value }) => checkParameter(name, value).length > 0)
      .map(({ value, words }) =>
        byRequest(errorType, `${name} ${words}`, { parameters: { [name]: value } }),
      ),
  ),
  byRequest('too_many_session_arguments', 'both session headers', {
    parameters: headerParameterExamples,
  }),
]

const unauthorized: Case[] = [
  byRequest('unauthorized_credentials', 'no credentials', { credentials: 'none' }),
  byRequest('unauthorized_credentials', 'credentials of another scheme', {
    credentials: 'another scheme',
  }),
  byState('unauthorized_credentials', 'a wrong secret', () => ({ credentials: 'wrong secret' })),
]

const forbidden: Case[] = [
  byState(
    'session_authorization_error',
    'a session without the permission',
    ({ sessionTokenWithoutPermission: token }) =>
      token === undefined
        ? 'needs the token of a session whose roles may not revoke'
        : { parameters: { 'X-Stytch-Member-Session': token } },
  ),
  byState(
    'session_authorization_tenancy_error',
    'a session of another Organization',
    ({ sessionTokenOfOtherOrganization: token }) =>
      token === undefined
        ? 'needs the token of a session of another Organization'
        : { parameters: { 'X-Stytch-Member-Session': token } },
  ),
]

const notFound: Case[] = [
  byState('organization_not_found', 'an unknown Organization', () => ({
    parameters: { organization_id: unknownId() },
  })),
  byState('session_not_found', 'an unknown session', () => ({
    parameters: { 'X-Stytch-Member-Session': unknownId() },
  })),
  byState('member_not_found', 'an unknown Member', () => ({
    parameters: { member_id: unknownId() },
  })),
  byState('connected_app_not_found', 'an unknown Connected App', () => ({
    parameters: { connected_app_id: unknownId() },
  })),
  byRequest('route_not_found', 'a path that the contract does not have', {
    pathSuffix: '/contract-tests',
  }),
]

const outOfReach: Case[] = [
  byProvoke(
    'too_many_requests',
    'a revoke beyond the rate limit',
    'needs a target at its rate limit',
  ),
  byProvoke(
    'internal_server_error',
    'a revoke while the server fails',
    'needs a target that fails',
  ),
]

/** Every case of the suite, in the order of the statuses. */
export const contractCases: readonly Case[] = [
  ...successes,
  ...illFormed,
  ...unauthorized,
  ...forbidden,
  ...notFound,
  ...outOfReach,
]

function byRequest(example: ExampleName, name: string, request: CaseRequest): Case {
  return { name, example, dependsOn: 'request', request: () => request }
}

function byState(example: ExampleName, name: string, request: Case['request']): Case {
  return { name, example, dependsOn: 'state', request }
}

function byProvoke(example: ExampleName, name: string, missing: string): Case {
  return { name, example, dependsOn: 'provoke', request: () => missing }
}

function json(value: unknown): CaseRequest {
  return text(operation.mediaType, JSON.stringify(value))
}

function text(mediaType: string, body: string): CaseRequest {
  return { body: { mediaType, text: body } }
}
