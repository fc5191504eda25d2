import { checkResponseBody } from '@connected-apps/contract'
import { allOperations, contract } from '@connected-apps/contract/operations'
import { beforeAll, describe, expect, it } from 'vitest'
import { maxBodyBytes } from '../src/operation/endpoint.ts'
import { createHandlers } from '../src/operation/handlers.ts'
import { Database } from '../src/postgres/database.ts'
import { addConnectedApp, addMember, addOrganization } from '../src/provision/resources.ts'
import type { RequestChanges } from './support/operations.ts'
import {
  anyOperation,
  basic,
  idsOf,
  operationsByTitle,
  outcomeNamed,
  outcomeOf,
  outcomeOfUnauthorized,
  outcomeOfUnknown,
  pathFor,
  send,
  withJwt,
  withToken,
} from './support/operations.ts'
import { revoke, revokeConnectedApp } from './support/revoke.ts'
import { useService } from './support/service.ts'
import type { Sessions } from './support/session-tokens.ts'
import { addSessions } from './support/session-tokens.ts'
import { sessionClaims, signSessionJwt } from './support/session-jwt.ts'
import type { Tenant } from './support/tenant.ts'
import { addTenant, redirectUri } from './support/tenant.ts'

const test = useService()
const json = { 'content-type': 'application/json' }
const tenancyError = 'session_authorization_tenancy_error'
const permissionError = 'session_authorization_error'
let other: Tenant
let sessions: Sessions

beforeAll(async () => {
  const { pool } = test.database
  other = await addTenant(pool)
  sessions = await addSessions(pool, test.tenant)
})

it('every operation of the contract has a handler', () => {
  const database = new Database({ url: test.database.url, poolSize: 1, onError: () => undefined })
  const handlers = createHandlers(database)
  const missing = allOperations.filter(({ operationId }) => !Object.hasOwn(handlers, operationId))
  expect(missing.map(({ operationId }) => operationId)).toEqual([])
})

type Form =
  | 'organizationId'
  | 'slug'
  | 'externalId'
  | 'memberId'
  | 'memberExternalId'
  | 'publicAppId'

/** The identifiers of the tenant's resources, in every form that a path accepts. */
const forms: Record<string, Form[]> = {
  organization_id: ['organizationId', 'slug', 'externalId'],
  member_id: ['memberId', 'memberExternalId'],
  connected_app_id: ['publicAppId'],
}

describe.each(operationsByTitle)('%s', (_, operation) => {
  const responseTo = async (request: RequestChanges): Promise<string> =>
    outcomeOf(operation, await send(operation, test.service.url, test.tenant, request))
  const identifiers = operation.pathParameters.flatMap((name) =>
    (forms[name] ?? []).map((form): [string, Form] => [name, form]),
  )

  describe('identifiers', () => {
    it.each(identifiers)('%s may be: %s', async (name, form) => {
      const value = encodeURIComponent(test.tenant[form])
      expect(await responseTo({ path: { [name]: value } })).toBe('200 ok')
    })

    // The external ids of Members are unique in their Organization only.
    const unique = identifiers.filter(([, form]) => form !== 'memberExternalId')
    it.each(unique)('of another project are unknown here: %s, %s', async (name, form) => {
      const value = encodeURIComponent(other[form])
      expect(await responseTo({ path: { [name]: value } })).toBe(outcomeOfUnknown(operation, name))
    })
  })

  describe('credentials', () => {
    it.each([
      ['are missing', () => ''],
      ['name no project', () => basic('project-test-unknown', 'x')],
      ['have a wrong secret', () => basic(test.tenant.projectId, `${test.tenant.secret}x`)],
      ['have an empty secret', () => basic(test.tenant.projectId, '')],
      ['are of another project', () => basic(test.tenant.projectId, other.secret)],
      ['are not Basic', () => `Bearer ${test.tenant.secret}`],
      ['are not Base64', () => 'Basic ???'],
      ['have no colon', () => `Basic ${Buffer.from('x').toString('base64')}`],
      ['have a NUL', () => basic('a\0b', 'x')],
    ])('are rejected when they %s', async (__, authorization) => {
      const response = await send(operation, test.service.url, test.tenant, {
        headers: { authorization: authorization() },
      })
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic /)
      expect(await outcomeOf(operation, response)).toBe(outcomeOfUnauthorized(operation))
    })
  })

  describe('the form of a request', () => {
    const parameters = Object.entries(operation.parameters)
    const inPath = parameters.filter(([, { in: part }]) => part === 'path')
    const inHeader = parameters.filter(([, { in: part }]) => part === 'header')
    it.each(
      inPath.flatMap(([name, { errorExample }]) =>
        ['%20', 'a%2Fb', '%zz', "';DROP%20TABLE%20grants"].map(
          (value): [string, string, string] => [name, value, errorExample],
        ),
      ),
    )('is rejected for its %s %s', async (name, value, example) => {
      const response = await responseTo({ path: { [name]: value } })
      expect(response).toBe(outcomeNamed(operation, example))
    })

    it.each(inHeader)('is rejected for its %s', async (name, { errorExample }) => {
      const response = await responseTo({ headers: { [name]: 'a b' } })
      expect(response).toBe(outcomeNamed(operation, errorExample))
    })

    it.each(operation.exclusiveHeaders.map((group): [typeof group] => [group]))(
      'is rejected for having both: $headers',
      async ({ headers, example }) => {
        const both = headers.map((name) => [name, String(operation.parameters[name]?.example)])
        const response = await responseTo({ headers: Object.fromEntries(both) })
        expect(response).toBe(outcomeNamed(operation, example))
      },
    )
  })

  describe('a session', () => {
    const { self } = operation.permission
    const forOneself = self === undefined ? outcomeNamed(operation, permissionError) : '200 ok'

    it(`of a Member is checked for the permission, by token and by JWT: ${forOneself}`, async () => {
      const { tenant } = test
      const byToken = await responseTo({ headers: withToken(operation, tenant.session.token) })
      const jwt = await signSessionJwt(sessionClaims(tenant), tenant.sessionKeys)
      const byJwt = await responseTo({ headers: withJwt(operation, jwt) })
      expect([byToken, byJwt]).toEqual([forOneself, forOneself])
    })

    it('of an admin may do this, but that of another plain Member may not', async () => {
      const { admin, colleague } = sessions
      expect(await responseTo({ headers: withToken(operation, admin.token) })).toBe('200 ok')
      const byColleague = await responseTo({ headers: withToken(operation, colleague.token) })
      expect(byColleague).toBe(outcomeNamed(operation, permissionError))
    })

    it('of another Organization may not do this', async () => {
      const response = await responseTo({ headers: withToken(operation, sessions.stranger.token) })
      expect(response).toBe(outcomeNamed(operation, tenancyError))
    })

    it('is not found if it is unknown, has expired, or is of another project', async () => {
      const expected = outcomeOfUnknown(operation, ...Object.values(operation.sessionHeaders))
      for (const token of ['unknown', sessions.expired.token, other.session.token]) {
        expect(await responseTo({ headers: withToken(operation, token) })).toBe(expected)
      }
    })
  })

  it('is not found under any other method or path', async () => {
    const { url } = test.service
    const path = pathFor(operation, idsOf(test.tenant))
    const declared = allOperations.filter((each) => each.path === operation.path)
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((method) =>
      declared.every((each) => each.method !== method),
    )
    const { method } = operation
    const requests = [
      ...methods.map((each) => fetch(url + path, { method: each })),
      fetch(`${url}${path}/`, { method }),
      fetch(`${url}/${path}`, { method }),
      fetch(`${url}/V1${path.slice(3)}`, { method }),
    ]
    for (const response of await Promise.all(requests)) await expectUnmatched(response)
  })
})

const withBody = operationsByTitle.filter(([, { request }]) => request !== undefined)

describe.each(withBody)('%s: the body of a request', (_, operation) => {
  const responseTo = async (request: RequestChanges): Promise<string> =>
    outcomeOf(operation, await send(operation, test.service.url, test.tenant, request))

  it.each<[string, RequestChanges]>([
    ['broken JSON', { headers: json, body: '{' }],
    ['an array', { headers: json, body: '[]' }],
    ['a byte order mark', { headers: json, body: '\u{feff}{}' }],
    ['null', { headers: json, body: 'null' }],
    ['bytes that are not UTF-8', { headers: json, body: Buffer.from([0x22, 0xff, 0x22]) }],
    ['an encoding', { headers: { ...json, 'content-encoding': 'gzip' }, body: '{}' }],
    ['another media type', { headers: { 'content-type': 'text/plain' }, body: '{}' }],
    ['too many bytes', { headers: json, body: JSON.stringify({ a: 'x'.repeat(maxBodyBytes) }) }],
  ])('is rejected when it has %s', async (__, request) => {
    const expected = outcomeNamed(operation, operation.malformedExample)
    expect(await responseTo(request)).toBe(expected)
  })

  it.each<[string, RequestChanges]>([
    ['missing', {}],
    ['an empty object', { headers: json, body: '{}' }],
    ['the ids once more', { headers: json, body: '{"member_id": "any"}' }],
    [
      'with a charset',
      { headers: { 'content-type': 'Application/JSON; charset=utf-8' }, body: '{}' },
    ],
  ])('may be %s', async (__, request) => {
    expect(await responseTo(request)).toBe('200 ok')
  })
})

describe('identifiers of a revoke', () => {
  const responseTo = async (path: Record<string, string>): Promise<string> => {
    const response = await send(revokeConnectedApp, test.service.url, test.tenant, { path })
    return outcomeOf(revokeConnectedApp, response)
  }

  it('are matched with slugs before external ids', async () => {
    const { database, tenant } = test
    const { projectId } = tenant
    await addOrganization(database.pool, { projectId, slug: 'first', externalId: 'twin' })
    const organizationId = await addOrganization(database.pool, { projectId, slug: 'twin' })
    const memberId = await addMember(database.pool, { organizationId, name: 'Ada' })
    expect(await responseTo({ organization_id: 'twin', member_id: memberId })).toBe('200 ok')
  })

  it('are matched with ids before slugs', async () => {
    const { database, tenant } = test
    const { projectId, organizationId } = tenant
    await addOrganization(database.pool, { projectId, slug: organizationId })
    expect(await responseTo({})).toBe('200 ok')
  })

  it('are matched with ids before external ids of Members', async () => {
    const { database, service, tenant } = test
    const { organizationId, memberId } = tenant
    await addMember(database.pool, { organizationId, name: 'Ada', externalId: memberId })
    const response = await revoke(service.url, tenant)
    const { request_id: requestId } = (await response.json()) as { request_id: string } // by the contract
    const { rows } = await database.pool.query(
      'SELECT member_id FROM audit_log WHERE request_id = $1',
      [requestId],
    )
    expect(rows).toEqual([{ member_id: memberId }])
  })
})

describe('every other request', () => {
  it('is not found', async () => {
    const { url } = test.service
    const requests = [
      fetch(`${url}/oauth2/other`),
      fetch(`${url}/.well-known/other`),
      fetch(`${url}/v1/b2b/sessions/jwks/other`),
      fetch(`${url}/interaction/x`, { method: 'DELETE' }),
    ]
    for (const response of await Promise.all(requests)) await expectUnmatched(response)
  })
})

async function expectUnmatched(response: Response): Promise<void> {
  const { status, example } = contract.unmatched
  expect(response.status).toBe(status)
  const body = (await response.json()) as { error_type: string } // by the contract
  expect(checkResponseBody(anyOperation, status, body)).toEqual([])
  expect(body.error_type).toBe(example)
}

describe('repetition', () => {
  it('responds with 200 for an app that the Member never authorized, however often', async () => {
    const { database, service, tenant } = test
    const connectedAppId = await addConnectedApp(database.pool, {
      projectId: tenant.projectId,
      name: 'Notebook',
      redirectUri,
    })
    const requests = Array.from({ length: 8 }, async () =>
      outcomeOf(revokeConnectedApp, await revoke(service.url, tenant, { connectedAppId })),
    )
    expect(new Set(await Promise.all(requests))).toEqual(new Set(['200 ok']))
  })
})
