import * as openid from 'openid-client'
import { describe, expect, it, vi } from 'vitest'
import { bucketIn, bucketOf } from '../src/bucket.ts'
import { Database } from '../src/postgres/database.ts'
import { addMember, addOrganization, addSession, newSecret } from '../src/provision/resources.ts'
import { addAppAuthorizations } from './history/http/app-authorizations.ts'
import { ServiceSystem } from './history/http/service-system.ts'
import { approve, authorize, exchange, isActive, openConsentPage } from './support/connected-app.ts'
import { addFakeNodes } from './support/fake-citus.ts'
import { outcomeOf, withToken } from './support/operations.ts'
import type { RevokeRequest } from './support/revoke.ts'
import { revoke, revokeConnectedApp } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'
import { addTenant } from './support/tenant.ts'

const test = useService()
const invalidGrant = { error: 'invalid_grant' }

/** The same value, in another bucket. */
function flipBucket(value: string): string {
  return (value.startsWith('0') ? '1' : '0') + value.slice(1)
}

describe('the bucket of an Organization', () => {
  it('never changes, since the ids that were issued name it', () => {
    expect(bucketOf('organization-test-5e5e5e5e-0000-4000-8000-000000000000')).toBe(0x59f)
    expect(bucketOf('')).toBe(0xe3b)
  })

  it('is what codes, tokens and the ids of grants begin with', async () => {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = await approve(flow)
    const tokens = await exchange(config, flow, callback)
    const { rows } = await test.database.pool.query<{ grant_id: string }>(
      'SELECT grant_id FROM grants ORDER BY created_at DESC LIMIT 1',
    )
    const issued = [
      new URL(callback).searchParams.get('code'),
      tokens.access_token,
      tokens.refresh_token,
      rows[0]?.grant_id,
    ].map(String)
    const bucket = bucketOf(test.tenant.organizationId)
    expect(issued.map(bucketIn)).toEqual([bucket, bucket, bucket, bucket])
    // What follows is as random as before: 256 bits.
    for (const value of issued.slice(0, 3)) expect(value).toMatch(/^[0-9a-f]{3}[\w-]{43}$/)
  })
})

describe('with an altered bucket', () => {
  it('an access token and a refresh token are inactive', async () => {
    const config = await test.asPublicApp()
    const tokens = await authorize(config, test.tenant.session.token)
    const values = [tokens.access_token, String(tokens.refresh_token)]
    const check = (each: string[]) => Promise.all(each.map((value) => isActive(config, value)))
    expect(await check(values)).toEqual([true, true])
    expect(await check(values.map(flipBucket))).toEqual([false, false])
    expect(await check(values.map((value) => value.toUpperCase()))).toEqual([false, false])
  })

  it('a refresh token and a code are rejected, and the right ones still work', async () => {
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, test.tenant.session.token)
    const callback = await approve(flow)
    const altered = new URL(callback)
    altered.searchParams.set('code', flipBucket(String(altered.searchParams.get('code'))))
    await expect(exchange(config, flow, altered.href)).rejects.toMatchObject(invalidGrant)
    const { refresh_token: token } = await exchange(config, flow, callback)
    const rejected = openid.refreshTokenGrant(config, flipBucket(String(token)))
    await expect(rejected).rejects.toMatchObject(invalidGrant)
    await openid.refreshTokenGrant(config, String(token))
  })
})

describe('the service, on Citus,', () => {
  it('sends no batch that spans two buckets', async () => {
    const { database } = test
    await addFakeNodes(database.pool, 'on')
    const service = await startInstance(database.url, {
      isDistributed: true,
      rateLimit: { requests: 1_000_000, windowSeconds: 1 },
    })
    const run = vi.spyOn(Database.prototype, 'run')
    try {
      const systems: { system: ServiceSystem; token: string }[] = []
      for (let organization = 0; organization < 4; organization += 1) {
        const [added] = await addAppAuthorizations(database.pool, [service.url], 1)
        if (added === undefined) throw new Error('no authorization was added')
        const system = new ServiceSystem(added)
        await system.signIn()
        systems.push({ system, token: (await system.authorize()).accessToken })
      }
      const often = Array.from({ length: 16 }, () => systems).flat()
      const active = await Promise.all(
        often.map(({ system, token }) => system.introspectAsApi(token)),
      )
      expect(active).not.toContain(false)
      await Promise.all(often.map(({ system }) => system.revoke()))
      const revoked = await Promise.all(
        often.map(({ system, token }) => system.introspectAsApi(token)),
      )
      expect(revoked).not.toContain(true)

      const batches = run.mock.calls.flatMap(([{ name }, values]) => {
        const position = { 'introspect-tokens': 1, 'revoke-skip-locked': 8 }[name]
        return position === undefined ? [] : [values[position] as number[]] // see their statements
      })
      expect(Math.max(...batches.map(({ length }) => length))).toBeGreaterThan(1)
      expect(batches.filter((buckets) => new Set(buckets).size !== 1)).toEqual([])
    } finally {
      run.mockRestore()
      await service.close()
    }
  })

  it('gives a request the same outcome as on PostgreSQL', async () => {
    const { database, service } = test
    const { pool } = database
    await addFakeNodes(pool, 'on')
    const onCitus = await startInstance(database.url, { isDistributed: true })
    const tenant = await addTenant(pool)
    const other = await addTenant(pool)
    const { projectId, organizationId } = tenant
    const guestOf = await addOrganization(pool, { projectId })
    const guest = {
      organizationId: guestOf,
      memberId: await addMember(pool, { organizationId: guestOf, name: 'Ada' }),
    }
    const powerless = await addMember(pool, { organizationId, name: 'Ada', roles: [] })
    const tokens = [
      tenant.session.token,
      (await addSession(pool, guest)).token,
      (await addSession(pool, { organizationId, memberId: powerless })).token,
      (await addSession(pool, { ...tenant, secondsToLive: -1, token: newSecret() })).token,
      other.session.token,
    ]
    const requests: RevokeRequest[] = [
      { organizationId: tenant.slug, memberId: tenant.memberExternalId },
      { organizationId: other.slug },
      { memberId: other.memberId },
      { connectedAppId: other.publicAppId },
      ...tokens.map((token) => ({ headers: withToken(revokeConnectedApp, token) })),
    ]
    const outcomesAt = async (url: string) => {
      const outcomes: string[] = []
      for (const request of requests) {
        outcomes.push(await outcomeOf(revokeConnectedApp, await revoke(url, tenant, request)))
      }
      return outcomes
    }
    const expected = await outcomesAt(service.url)
    expect(new Set(expected).size).toBeGreaterThan(5)
    expect(await outcomesAt(onCitus.url)).toEqual(expected)
    await onCitus.close()
  })

  it.each(['off', 'local'])(
    'does not start if a node has synchronous_commit = %s',
    async (value) => {
      const { url, pool } = test.database
      await addFakeNodes(pool, value)
      const started = startInstance(url, { isDistributed: true })
      await expect(started).rejects.toThrow(`a node of Citus has synchronous_commit = ${value}`)
    },
  )

  it('does not start if the database has no Citus', async () => {
    const { url, pool } = test.database
    await pool.query('DROP FUNCTION IF EXISTS run_command_on_all_nodes')
    const started = startInstance(url, { isDistributed: true })
    await expect(started).rejects.toThrow('the database of DATABASE_URL has no Citus')
  })
})
