import { checkResponseBody, checkResponseHeaders, isStatus } from '@connected-apps/contract'
import { headerParameterExamples } from '@connected-apps/contract/examples'
import { beforeAll, describe, expect, it } from 'vitest'
import { maxBodyBytes } from '../src/operation/read-body.ts'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addSession,
} from '../src/provision/resources.ts'
import type { RevokeRequest } from './support/revoke.ts'
import { basic, pathOf, revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'
import { sessionClaims, signSessionJwt } from './support/session-jwt.ts'
import type { Tenant } from './support/tenant.ts'
import { addTenant, redirectUri } from './support/tenant.ts'

const test = useService()
const tokenHeader = 'X-Stytch-Member-Session'
const jwtHeader = 'X-Stytch-Member-SessionJWT'
const json = { 'content-type': 'application/json' }
let other: Tenant

beforeAll(async () => {
  other = await addTenant(test.database.pool)
})

/** The status and error type of the response, once it is verified to match the contract. */
async function responseTo(request: RevokeRequest, tenant = test.tenant): Promise<string> {
  return nameOf(await revoke(test.service.url, tenant, request))
}

async function nameOf(response: Response): Promise<string> {
  const body = (await response.json()) as { error_type?: string; request_id: string }
  const { status } = response
  if (!isStatus(status)) throw new Error(`the contract has no status ${status}`)
  expect(checkResponseBody(status, body)).toEqual([])
  expect(checkResponseHeaders(status, response.headers)).toEqual([])
  expect(body.request_id).toMatch(/^request-id-test-[0-9a-f-]{36}$/)
  return `${status} ${body.error_type ?? 'revoked'}`
}

describe('identifiers', () => {
  it.each([
    ['the id', 'organizationId'],
    ['the slug', 'slug'],
    ['the external id', 'externalId'],
  ] as const)('may be %s of the Organization', async (_, form) => {
    expect(await responseTo({ organizationId: encodeURIComponent(test.tenant[form]) })).toBe(
      '200 revoked',
    )
  })

  it.each([
    ['the id', 'memberId'],
    ['the external id', 'memberExternalId'],
  ] as const)('may be %s of the Member', async (_, form) => {
    expect(await responseTo({ memberId: encodeURIComponent(test.tenant[form]) })).toBe(
      '200 revoked',
    )
  })

  it('are matched with slugs before external ids', async () => {
    const { database, tenant } = test
    const { projectId } = tenant
    await addOrganization(database.pool, { projectId, slug: 'first', externalId: 'twin' })
    const organizationId = await addOrganization(database.pool, { projectId, slug: 'twin' })
    const memberId = await addMember(database.pool, { organizationId })
    expect(await responseTo({ organizationId: 'twin', memberId })).toBe('200 revoked')
  })

  it('are matched with ids before slugs', async () => {
    const { database, tenant } = test
    const { projectId, organizationId } = tenant
    await addOrganization(database.pool, { projectId, slug: organizationId })
    expect(await responseTo({})).toBe('200 revoked')
  })

  it('are matched with ids before external ids of Members', async () => {
    const { database, service, tenant } = test
    const { organizationId, memberId } = tenant
    await addMember(database.pool, { organizationId, externalId: memberId })
    const response = await revoke(service.url, tenant)
    const { request_id: requestId } = (await response.json()) as { request_id: string } // by the contract
    const { rows } = await database.pool.query(
      'SELECT member_id FROM audit_log WHERE request_id = $1',
      [requestId],
    )
    expect(rows).toEqual([{ member_id: memberId }])
  })

  it.each(['organizationId', 'slug', 'externalId'] as const)(
    'of an Organization of another project are unknown here: its %s',
    async (form) => {
      expect(await responseTo({ organizationId: encodeURIComponent(other[form]) })).toBe(
        '404 organization_not_found',
      )
    },
  )

  it('of another Organization or Connected App are unknown here', async () => {
    expect(await responseTo({ memberId: other.memberId })).toBe('404 member_not_found')
    expect(await responseTo({ connectedAppId: other.publicAppId })).toBe(
      '404 connected_app_not_found',
    )
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
  ])('are rejected when they %s', async (_, authorization) => {
    const response = await revoke(test.service.url, test.tenant, {
      headers: { authorization: authorization() },
    })
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect(await nameOf(response)).toBe('401 unauthorized_credentials')
  })
})

describe('the form of a request', () => {
  it.each<[string, RevokeRequest, string]>([
    ['organization_id', { organizationId: '%20' }, '400 invalid_organization_id'],
    ['member_id', { memberId: 'a%2Fb' }, '400 invalid_id'],
    ['member_id', { memberId: '%zz' }, '400 invalid_id'],
    ['connected_app_id', { connectedAppId: "';DROP TABLE grants" }, '400 invalid_id'],
    ['session token', { headers: { [tokenHeader]: 'a b' } }, '400 invalid_session_token'],
    ['session JWT', { headers: { [jwtHeader]: 'a.b' } }, '400 unable_to_parse_session_jwt'],
    [
      'number of sessions',
      { headers: { [tokenHeader]: 'a', [jwtHeader]: 'a.b.c' } },
      '400 too_many_session_arguments',
    ],
    ['body', { headers: json, body: '{' }, '400 bad_request'],
    ['body', { headers: json, body: '[]' }, '400 bad_request'],
    ['body', { headers: json, body: '\u{feff}{}' }, '400 bad_request'],
    ['body', { headers: json, body: 'null' }, '400 bad_request'],
    ['body', { headers: json, body: Buffer.from([0x22, 0xff, 0x22]) }, '400 bad_request'],
    [
      'encoding',
      { headers: { ...json, 'content-encoding': 'gzip' }, body: '{}' },
      '400 bad_request',
    ],
    ['media type', { headers: { 'content-type': 'text/plain' }, body: '{}' }, '400 bad_request'],
    [
      'size of the body',
      { headers: json, body: JSON.stringify({ a: 'x'.repeat(maxBodyBytes) }) },
      '400 bad_request',
    ],
  ])('is rejected for its %s (%o)', async (_, request, expected) => {
    expect(await responseTo(request)).toBe(expected)
  })

  it.each<[string, RevokeRequest]>([
    ['no body', {}],
    ['an empty object', { headers: json, body: '{}' }],
    ['the ids once more', { headers: json, body: '{"member_id": "any"}' }],
    ['a charset', { headers: { 'content-type': 'Application/JSON; charset=utf-8' }, body: '{}' }],
  ])('may have %s', async (_, request) => {
    expect(await responseTo(request)).toBe('200 revoked')
  })
})

describe('a session', () => {
  it('of the Member itself may revoke, by token and by JWT', async () => {
    const { tenant } = test
    expect(await responseTo({ headers: { [tokenHeader]: tenant.session.token } })).toBe(
      '200 revoked',
    )
    const jwt = await signSessionJwt(sessionClaims(tenant), tenant.sessionKeys)
    expect(await responseTo({ headers: { [jwtHeader]: jwt } })).toBe('200 revoked')
  })

  it('of an admin may revoke for another Member, but that of a plain Member may not', async () => {
    const { database, tenant } = test
    const { organizationId } = tenant
    const plainId = await addMember(database.pool, { organizationId })
    const adminId = await addMember(database.pool, { organizationId, roles: ['stytch_admin'] })
    const plain = await addSession(database.pool, { organizationId, memberId: plainId })
    const admin = await addSession(database.pool, { organizationId, memberId: adminId })
    expect(await responseTo({ headers: { [tokenHeader]: plain.token } })).toBe(
      '403 session_authorization_error',
    )
    expect(await responseTo({ headers: { [tokenHeader]: admin.token } })).toBe('200 revoked')
  })

  it('of another Organization may not revoke', async () => {
    const { database, tenant } = test
    const organizationId = await addOrganization(database.pool, { projectId: tenant.projectId })
    const memberId = await addMember(database.pool, { organizationId, roles: ['stytch_admin'] })
    const session = await addSession(database.pool, { organizationId, memberId })
    expect(await responseTo({ headers: { [tokenHeader]: session.token } })).toBe(
      '403 session_authorization_tenancy_error',
    )
  })

  it('is not found if it is unknown, has expired, or is of another project', async () => {
    const { database, tenant } = test
    const expired = await addSession(database.pool, {
      organizationId: tenant.organizationId,
      memberId: tenant.memberId,
      secondsToLive: -1,
    })
    for (const token of [
      headerParameterExamples[tokenHeader],
      expired.token,
      other.session.token,
    ]) {
      expect(await responseTo({ headers: { [tokenHeader]: token } })).toBe('404 session_not_found')
    }
  })
})

describe('the order of checks', () => {
  // Each request is wrong in every way that comes later in the order, too.
  const wrongIds = { organizationId: 'nowhere', memberId: 'nobody', connectedAppId: 'nothing' }
  it.each<[string, RevokeRequest, string]>([
    [
      'credentials before form',
      { memberId: '%20', headers: { authorization: 'Basic eDp5' } },
      '401 unauthorized_credentials',
    ],
    [
      'form before Organization',
      { ...wrongIds, memberId: '%20', headers: { [tokenHeader]: 'unknown' } },
      '400 invalid_id',
    ],
    [
      'body before Organization',
      { ...wrongIds, headers: { ...json, [tokenHeader]: 'unknown' }, body: '{' },
      '400 bad_request',
    ],
    [
      'JWT before Organization',
      { ...wrongIds, headers: { [jwtHeader]: headerParameterExamples[jwtHeader] } },
      '400 unable_to_parse_session_jwt',
    ],
    [
      'Organization before session',
      { ...wrongIds, headers: { [tokenHeader]: 'unknown' } },
      '404 organization_not_found',
    ],
    [
      'session before Member',
      { memberId: 'nobody', headers: { [tokenHeader]: 'unknown' } },
      '404 session_not_found',
    ],
    [
      'Member before Connected App',
      { memberId: 'nobody', connectedAppId: 'nothing' },
      '404 member_not_found',
    ],
  ])('has %s', async (_, request, expected) => {
    expect(await responseTo(request)).toBe(expected)
  })
})

describe('every other request', () => {
  it('on other routes and methods is not found', async () => {
    const { url } = test.service
    const path = pathOf('a', 'b', 'c')
    const requests = [
      fetch(url),
      fetch(url + path),
      fetch(url + path, { method: 'DELETE' }),
      fetch(`${url}${path}/`, { method: 'POST' }),
      fetch(`${url}/${path}`, { method: 'POST' }),
      fetch(`${url}/V1${path.slice(3)}`, { method: 'POST' }),
      fetch(`${url}/oauth2/other`),
      fetch(`${url}/.well-known/other`),
      fetch(`${url}/v1/b2b/sessions/jwks/other`),
      fetch(`${url}/interaction/x`, { method: 'DELETE' }),
    ]
    for (const response of await Promise.all(requests)) {
      expect(await nameOf(response)).toBe('404 route_not_found')
    }
  })
})

describe('repetition', () => {
  it('responds with 200 for an app that the Member never authorized, however often', async () => {
    const { database, tenant } = test
    const connectedAppId = await addConnectedApp(database.pool, {
      projectId: tenant.projectId,
      redirectUri,
    })
    const requests = Array.from({ length: 8 }, () => responseTo({ connectedAppId }))
    expect(new Set(await Promise.all(requests))).toEqual(new Set(['200 revoked']))
  })
})
