import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import * as openid from 'openid-client'
import { Client, Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { createRevoke } from '../src/operation/handlers/locked-rows.ts'
import { Database } from '../src/postgres/database.ts'
import type { DatabaseObserver } from '../src/postgres/observer.ts'
import { noObserver } from '../src/postgres/observer.ts'
import { causeOf } from '../src/server/cause.ts'
import { authorize, discover, isActive } from './support/connected-app.ts'
import { readMetrics } from './support/metrics.ts'
import { basic } from './support/operations.ts'
import { revoke, revokeConnectedApp } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'

const test = useService({ cleanupIntervalMs: 20 })
const polling = { timeout: 20_000 }
const route = revokeConnectedApp.operationId

/** Does something while another transaction keeps every authorization locked. */
async function whileLocked<Result>(
  work: (unlock: () => Promise<unknown>) => Promise<Result>,
): Promise<Result> {
  const client = await test.database.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT FROM app_authorizations FOR UPDATE')
    return await work(() => client.query('COMMIT'))
  } finally {
    client.release(true)
  }
}

/** How much each of these series has grown during `work`. */
async function growthOf(names: string[], work: () => Promise<unknown>): Promise<number[]> {
  const before = await readMetrics(test.service.url)
  await work()
  const after = await readMetrics(test.service.url)
  return names.map((name) => (after.get(name) ?? 0) - (before.get(name) ?? 0))
}

describe('the metrics', () => {
  it('count the 401s of operations by their cause, which the response does not reveal', async () => {
    const { service, tenant } = test
    const bodies = new Set<string>()
    const send = async (authorization: string): Promise<void> => {
      const response = await revoke(service.url, tenant, { headers: { authorization } })
      bodies.add((await response.text()).replace(/request-id-test-[0-9a-f-]+/, 'id'))
    }
    const causes = ['no_credentials', 'unknown_project', 'wrong_secret']
    const growth = await growthOf(
      causes.map((cause) => `connected_apps_unauthorized_total{route="${route}",cause="${cause}"}`),
      async () => {
        await send('')
        for (let time = 0; time < 2; time += 1) await send(basic('project-test-x', 'x'))
        for (let time = 0; time < 3; time += 1) await send(basic(tenant.projectId, 'x'))
      },
    )
    expect(growth).toEqual([1, 2, 3])
    expect(bodies.size).toBe(1)
  })

  it('count the 401s of OAuth by their cause', async () => {
    const { url } = test.service
    const { confidentialAppId, session } = test.tenant
    const known = await discover(url, confidentialAppId, 'wrong')
    const unknown = await discover(url, 'connected-app-x', 'wrong')
    const plain = await discover(url, confidentialAppId)
    const introspect = (config: openid.Configuration) =>
      openid.tokenIntrospection(config, 'x').catch(() => undefined)
    const growth = await growthOf(
      ['wrong_secret', 'unknown_client', 'no_credentials'].map(
        (cause) => `connected_apps_unauthorized_total{route="introspection",cause="${cause}"}`,
      ),
      () => Promise.all([known, unknown, unknown, plain].map(introspect)),
    )
    expect(growth).toEqual([1, 2, 1])
    const config = await test.asConfidentialApp()
    const { access_token: token } = await authorize(config, session.token)
    const growthOfUserinfo = await growthOf(
      ['connected_apps_unauthorized_total{route="userinfo",cause="invalid_token"}'],
      () => fetch(`${url}/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}x` } }),
    )
    expect(growthOfUserinfo).toEqual([1])
  })

  it('start at 0 for every route and cause, so that the first failure is seen as growth', async () => {
    const instance = await startInstance(test.database.url)
    const series = await readMetrics(instance.url)
    await instance.close()
    const names = [
      `failures_total{route="${route}",cause="no_connection"}`,
      'failures_total{route="interaction",cause="query_timeout"}',
      `unauthorized_total{route="${route}",cause="wrong_secret"}`,
      'unauthorized_total{route="introspection",cause="wrong_secret"}',
      'cleanup_removed_total{removal="remove-revoked-tokens"}',
      'cleanup_failures_total{removal="remove-grants"}',
    ]
    expect(names.map((name) => series.get(`connected_apps_${name}`))).toEqual(names.map(() => 0))
  })

  it('count failures by their cause', async () => {
    const { service, tenant, database } = test
    const series = `connected_apps_failures_total{route="${route}",cause="database_error"}`
    const growth = await growthOf([series], async () => {
      await database.pool.query('ALTER TABLE audit_log RENAME TO gone')
      await revoke(service.url, tenant)
      await database.pool.query('ALTER TABLE gone RENAME TO audit_log')
    })
    expect(growth).toEqual([1])
  })

  it('have the sizes of batches, and what the cleanup removes', async () => {
    const { service, tenant } = test
    const names = ['load-contexts', 'revoke-skip-locked'].map(
      (batch) => `connected_apps_batch_size_sum{batch="${batch}"}`,
    )
    const growth = await growthOf(names, () =>
      Promise.all(Array.from({ length: 20 }, () => revoke(service.url, tenant))),
    )
    expect(growth).toEqual([20, 20])

    const removed = 'connected_apps_cleanup_removed_total{removal="remove-sessions"}'
    const failed = 'connected_apps_cleanup_failures_total{removal="remove-sessions"}'
    await test.database.pool.query('ALTER TABLE sessions RENAME TO gone')
    const failures = async () => (await readMetrics(service.url)).get(failed)
    await expect.poll(failures, polling).toBeGreaterThan(0)
    await test.database.pool.query('ALTER TABLE gone RENAME TO sessions')
    expect((await readMetrics(service.url)).get(removed)).toBe(0)
  })

  it('show a revoke that waits for a locked row, while it waits and afterwards', async () => {
    const { service, tenant } = test
    const config = await test.asPublicApp()
    const { access_token: token } = await authorize(config, tenant.session.token)
    const valueOf = async (name: string) => (await readMetrics(service.url)).get(name) ?? 0
    const age = () => valueOf('connected_apps_oldest_pending_revocation_seconds')
    const { status } = await whileLocked(async (unlock) => {
      const response = revoke(service.url, tenant)
      await expect.poll(age, polling).toBeGreaterThan(0.2)
      expect(await valueOf('connected_apps_pending_revocations')).toBe(1)
      // That of the metrics themselves is pending as well.
      expect(await valueOf('connected_apps_pending_responses')).toBe(2)
      await unlock()
      return response
    })
    expect(status).toBe(200)
    expect(await age()).toBe(0)
    expect(await valueOf('connected_apps_revoke_lock_wait_seconds_count')).toBe(1)
    expect(await valueOf('connected_apps_revoke_lock_wait_seconds_sum')).toBeGreaterThan(0.2)
    expect(await isActive(config, token)).toBe(false)
  })

  it('are those in the table of the README, and have no label that a client chooses', async () => {
    const series = [...(await readMetrics(test.service.url)).keys()]
    const own = series.filter((name) => name.startsWith('connected_apps_'))
    const names = new Set(
      own.map((name) => name.replace(/\{.*/, '').replace(/_(?:bucket|sum|count)$/, '')),
    )
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const documented = [...readme.matchAll(/^\| `(connected_apps_[a-z_]+)`/gm)]
    expect(names).toEqual(new Set(documented.map(([, name]) => name)))
    const labels = new Set(
      own.flatMap((name) => [...name.matchAll(/([a-z]+)="/g)].map(([, label]) => label)),
    )
    expect(labels).toEqual(
      new Set(['route', 'status', 'outcome', 'cause', 'le', 'batch', 'removal', 'state']),
    )
  })
})

/** Triggers real failures, since most of them can only be distinguished by the messages of `pg`. */
describe('the cause of a failure', () => {
  const failureOf = async (work: () => Promise<unknown>): Promise<unknown> => {
    try {
      await work()
    } catch (error) {
      return error
    }
    throw new Error('nothing failed')
  }
  const withClient = async (
    work: (client: Client) => Promise<unknown>,
    settings = {},
  ): Promise<unknown> => {
    const client = new Client({ connectionString: test.database.url, ...settings })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await failureOf(() => work(client))
    } finally {
      await client.end()
    }
  }

  it.each([
    ['statement_timeout', "SET statement_timeout = '10ms'; SELECT pg_sleep(9)", {}],
    ['query_timeout', 'SELECT pg_sleep(0.1)', { query_timeout: 10 }],
    ['read_only', 'BEGIN READ ONLY; DELETE FROM audit_log', {}],
    ['connection_lost', 'SELECT pg_terminate_backend(pg_backend_pid())', {}],
    ['database_error', 'SELECT 1 / 0', {}],
  ])('is %s', async (cause, statement, settings) => {
    const error = await withClient((client) => client.query(statement), settings)
    expect(causeOf(error)).toBe(cause)
  })

  it('is lock_timeout, also after the attempts to get the lock have ended', async () => {
    const { database, tenant } = test
    const waits: number[] = []
    const observer: DatabaseObserver = {
      ...noObserver,
      observeLockWait: (waitMs) => waits.push(waitMs),
    }
    const instance = new Database({
      url: database.url,
      poolSize: 2,
      observer,
      onError: () => undefined,
    })
    await authorize(await test.asPublicApp(), tenant.session.token)
    const request = {
      projectId: tenant.projectId,
      organizationId: tenant.organizationId,
      memberId: tenant.memberId,
      connectedAppId: tenant.publicAppId,
      operationId: revokeConnectedApp.operationId,
      session: undefined,
      requestId: 'request-id-test',
    }
    const errors = await whileLocked(async () => [
      await failureOf(() => createRevoke(instance, 0)(request)),
      await withClient((client) =>
        client.query("SET lock_timeout = '10ms'; SELECT FROM app_authorizations FOR UPDATE"),
      ),
    ])
    await instance.close()
    expect(errors.map(causeOf)).toEqual(['lock_timeout', 'lock_timeout'])
    expect(waits).toHaveLength(1)
  })

  it('is pool_exhausted, no_connection or connection_lost, depending on the error of the pool', async () => {
    const pool = new Pool({ connectionString: test.database.url, max: 1 })
    const client = await pool.connect()
    pool.options.connectionTimeoutMillis = 10
    expect(causeOf(await failureOf(() => pool.query('SELECT 1')))).toBe('pool_exhausted')
    client.release()
    await pool.end()
    const nowhere = new Pool({ connectionString: 'postgres://127.0.0.1:1/x' })
    expect(causeOf(await failureOf(() => nowhere.query('SELECT 1')))).toBe('no_connection')
    await nowhere.end()
    expect(causeOf(await failureOf(() => nowhere.query('SELECT 1')))).toBe('connection_lost')
    const withTls = new Pool({ connectionString: `${test.database.url}?sslmode=verify-full` })
    expect(causeOf(await failureOf(() => withTls.query('SELECT 1')))).toBe('no_connection')
    await withTls.end()
    // Node.js reports the failures of all addresses of a host in one error.
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }))
    const socket = connect({ host: 'h', port: 1, lookup: (_, __, done) => done(null, addresses) })
    const [error] = (await once(socket, 'error')) as [unknown]
    expect(error).toBeInstanceOf(AggregateError)
    expect(causeOf(error)).toBe('no_connection')
  })

  it('is other for anything unexpected', () => {
    expect([causeOf(new TypeError('x is not a function')), causeOf('text')]).toEqual([
      'other',
      'other',
    ])
  })
})
