import type { CryptoKey } from 'jose'
import { SignJWT, UnsecuredJWT, exportJWK, importJWK } from 'jose'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { sessionClaim, verifySessionJwt } from '../src/operation/session.ts'
import { addProject } from '../src/provision/resources.ts'
import { withJwt } from './support/operations.ts'
import { revoke, revokeConnectedApp } from './support/revoke.ts'
import { useService } from './support/service.ts'
import type { SessionKeys } from './support/session-jwt.ts'
import {
  generateSessionKeys,
  organizationClaim,
  sessionClaims,
  signSessionJwt,
} from './support/session-jwt.ts'
import { addTenant } from './support/tenant.ts'

const test = useService()
let strangerKeys: SessionKeys

beforeAll(async () => {
  strangerKeys = await generateSessionKeys()
})

async function responseTo(jwt: string): Promise<string> {
  const response = await revoke(test.service.url, test.tenant, {
    headers: withJwt(revokeConnectedApp, jwt),
  })
  const body = (await response.json()) as { error_type?: string }
  return `${response.status} ${body.error_type ?? 'ok'}`
}

describe('a session JWT', () => {
  it('is verified with the key set that the project serves', async () => {
    const { service, tenant } = test
    const response = await fetch(`${service.url}/v1/b2b/sessions/jwks/${tenant.projectId}`)
    expect(await response.json()).toEqual(tenant.sessionKeys.publicKeys)
    const jwt = await signSessionJwt(sessionClaims(tenant), tenant.sessionKeys)
    expect(await responseTo(jwt)).toBe('200 ok')
  })

  it('is verified with keys of which only the public parameters are served', async () => {
    const { database, service, tenant } = test
    const secrets = {
      keys: [
        { ...(await exportJWK(tenant.sessionKeys.privateKey)), kid: 'rsa' },
        { kty: 'oct', k: 'c2VjcmV0' },
      ],
    }
    const added = await addProject(database.pool, { sessionKeys: secrets })
    const { rows } = await database.pool.query<{ session_jwks: unknown }>(
      'SELECT session_jwks FROM projects WHERE project_id = $1',
      [added.projectId],
    )
    // As if an operator had written the row by hand.
    await database.pool.query('UPDATE projects SET session_jwks = $1 WHERE project_id = $2', [
      secrets,
      added.projectId,
    ])
    const response = await fetch(`${service.url}/v1/b2b/sessions/jwks/${added.projectId}`)
    const { n, e } = tenant.sessionKeys.publicKeys.keys[0] ?? {}
    const publicKeys = { keys: [{ kty: 'RSA', kid: 'rsa', n, e }] }
    expect(rows[0]?.session_jwks).toEqual(publicKeys)
    expect(await response.json()).toEqual(publicKeys)
  })

  const past = Math.floor(Date.now() / 1000) - 600
  it.each<[string, Record<string, unknown>]>([
    ['has expired', { exp: past }],
    ['never expires', { exp: undefined }],
    ['is not valid yet', { nbf: past + 1200 }],
    ['has another issuer', { iss: 'stytch.com/project-test-other' }],
    ['has another audience', { aud: ['project-test-other'] }],
    ['has no audience', { aud: undefined }],
    ['has no subject', { sub: undefined }],
    ['has no session', { [sessionClaim]: undefined }],
    ['has a session that is not an object', { [sessionClaim]: 'session' }],
    ['has a session whose id is not text', { [sessionClaim]: { id: 1 } }],
    ['has a session whose id has a NUL', { [sessionClaim]: { id: 'a\0b' } }],
  ])('is rejected when it %s', async (_, changes) => {
    const jwt = await signSessionJwt(
      { ...sessionClaims(test.tenant), ...changes },
      test.tenant.sessionKeys,
    )
    expect(await responseTo(jwt)).toBe('400 unable_to_parse_session_jwt')
  })

  describe('of an issuer whose clock differs', () => {
    afterEach(() => {
      vi.useRealTimers()
    })

    it.each([
      ['expired 9 seconds ago', 'accepted', { exp: -9 }],
      ['expired 10 seconds ago', 'rejected', { exp: -10 }],
      ['is valid in 10 seconds', 'accepted', { nbf: 10, iat: 10 }],
      ['is valid in 11 seconds', 'rejected', { nbf: 11, iat: 11 }],
    ])('and that %s is %s', async (_, outcome, offsets) => {
      const { tenant } = test
      vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01T00:00:00Z') })
      const now = Date.now() / 1000
      const times = Object.entries(offsets).map(([claim, offset]) => [claim, now + offset])
      const claims = { ...sessionClaims(tenant), ...Object.fromEntries(times) }
      const jwt = await signSessionJwt(claims, tenant.sessionKeys)
      const { publicKeys } = tenant.sessionKeys
      const verified = await verifySessionJwt(jwt, tenant.projectId, publicKeys)
      expect(verified === undefined ? 'rejected' : 'accepted').toBe(outcome)
    })
  })

  it('is rejected when it is unsigned, or signed with another key or algorithm', async () => {
    const { tenant } = test
    const claims = sessionClaims(tenant)
    const good = await signSessionJwt(claims, tenant.sessionKeys)
    const [header, , signature] = good.split('.')
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody' })).toString(
      'base64url',
    )
    const publicKey = Buffer.from(JSON.stringify(tenant.sessionKeys.publicKeys.keys[0]))
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'jwk-test-1' })
      .sign(publicKey)
    const forgeries = [
      // An unsigned JWT ends with a dot, but the contract's pattern requires a signature.
      `${new UnsecuredJWT(claims).encode()}AA`,
      await signSessionJwt(claims, strangerKeys),
      `${header}.${changed}.${signature}`,
      confused,
      `${good}AA`,
    ]
    for (const jwt of forgeries) {
      expect(await responseTo(jwt)).toBe('400 unable_to_parse_session_jwt')
    }
  })

  it('is rejected when the right key signed it with another algorithm', async () => {
    const { database, service } = test
    const tenant = await addTenant(database.pool)
    // Without `alg` in the key, the algorithm is the verifier's choice.
    const [{ alg: _, ...key } = { kty: '' }] = tenant.sessionKeys.publicKeys.keys
    await database.pool.query('UPDATE projects SET session_jwks = $1 WHERE project_id = $2', [
      { keys: [key] },
      tenant.projectId,
    ])
    const jwk = await exportJWK(tenant.sessionKeys.privateKey)
    const jwts = ['RS256', 'PS256'].map(async (alg) =>
      new SignJWT(sessionClaims(tenant))
        .setProtectedHeader({ alg, kid: 'jwk-test-1' })
        .sign(await importJWK(jwk, alg)),
    )
    const responses = (await Promise.all(jwts)).map((jwt) =>
      revoke(service.url, tenant, { headers: withJwt(revokeConnectedApp, jwt) }),
    )
    expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([200, 400])
  })

  it('without `kid` is verified with each key of its algorithm, as in a rotation', async () => {
    const { projectId, sessionKeys } = test.tenant
    const { keys } = sessionKeys.publicKeys
    const [added] = strangerKeys.publicKeys.keys
    const claims = sessionClaims(test.tenant)
    const sign = (privateKey: CryptoKey, changes = {}) =>
      new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)
    const { privateKey } = await generateSessionKeys()
    const jwts = {
      current: await sign(sessionKeys.privateKey),
      added: await sign(strangerKeys.privateKey),
      expired: await sign(strangerKeys.privateKey, { exp: past }),
      stranger: await sign(privateKey),
    }
    const verified = await Promise.all(
      Object.entries(jwts).map(async ([name, jwt]) => [
        name,
        await verifySessionJwt(jwt, projectId, { keys: [...keys, { ...added, kid: 'added' }] }),
      ]),
    )
    const member = { memberId: test.tenant.memberId }
    expect(Object.fromEntries(verified)).toEqual({
      current: member,
      added: member,
      expired: undefined,
      stranger: undefined,
    })
  })

  it('is rejected when it is of another project', async () => {
    const stranger = await addTenant(test.database.pool)
    const jwt = await signSessionJwt(sessionClaims(stranger), stranger.sessionKeys)
    expect(await responseTo(jwt)).toBe('400 unable_to_parse_session_jwt')
  })

  it('is not found without its session, or with another subject', async () => {
    const { tenant } = test
    const claims = sessionClaims(tenant)
    const gone = { ...claims, [sessionClaim]: { id: 'session-test-gone' } }
    const foreign = { ...claims, sub: 'member-test-other' }
    for (const each of [gone, foreign]) {
      const jwt = await signSessionJwt(each, tenant.sessionKeys)
      expect(await responseTo(jwt)).toBe('404 session_not_found')
    }
  })

  it('counts as its session, whatever roles and Organization it claims', async () => {
    const { tenant } = test
    const claims = {
      ...sessionClaims(tenant),
      [organizationClaim]: { organization_id: 'elsewhere', slug: 'elsewhere' },
    }
    expect(await responseTo(await signSessionJwt(claims, tenant.sessionKeys))).toBe('200 ok')
  })
})
