import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashOf } from '../src/hash.ts'
import { createContextLoader } from '../src/operation/lookup.ts'
import type { RateLimitOptions } from '../src/operation/rate-limit.ts'
import { Database } from '../src/postgres/database.ts'
import { addProject } from '../src/provision/resources.ts'
import type { Service } from '../src/service.ts'
import { operationsByTitle, outcomeOf, outcomeOfUnauthorized, send } from './support/operations.ts'
import { revoke, revokeConnectedApp } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'
import { addTenant } from './support/tenant.ts'

const rateLimit = { requests: 5, windowSeconds: 600 }
const test = useService({ rateLimit })
let secondInstance: Service
let database: Database

beforeAll(async () => {
  const { url } = test.database
  secondInstance = await startInstance(url, { rateLimit })
  database = new Database({ url, poolSize: 2, onError: () => undefined })
})
afterAll(() => Promise.all([secondInstance.close(), database.close()]))

type Project = Awaited<ReturnType<typeof addProject>>

/** Creates what an instance counts requests with. It returns the seconds to wait. */
function createCounter(options: RateLimitOptions) {
  const loadContext = createContextLoader(database, options)
  return async ({ projectId, secret }: Project): Promise<number | undefined> => {
    const secretHash = hashOf(secret)
    const context = await loadContext({ projectId, secretHash, path: {}, session: {}, action: '' })
    if (context === undefined) throw new Error(`there is no project ${projectId}`)
    return context.retryAfterSeconds
  }
}

describe('the rate limit', () => {
  it('is shared by all instances, whose responses say when to retry', async () => {
    const { service, tenant } = test
    const urls = Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0 ? service.url : secondInstance.url,
    )
    const responses = await Promise.all(urls.map((url) => revoke(url, tenant)))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(rateLimit.requests)
    const rejected = responses.filter(({ status }) => status === 429)
    expect(rejected).toHaveLength(12 - rateLimit.requests)
    for (const response of rejected) {
      expect(await outcomeOf(revokeConnectedApp, response)).toBe('429 too_many_requests')
      const seconds = Number(response.headers.get('retry-after'))
      // The lower bound leaves half of the window for a busy machine.
      expect(seconds).toBeGreaterThan(rateLimit.windowSeconds / 2)
      expect(seconds).toBeLessThanOrEqual(rateLimit.windowSeconds)
    }
  })

  it('accepts as many requests of one batch as are left, and rejects the rest', async () => {
    const [project, other] = await addProjects()
    const count = createCounter({ requests: 5, windowSeconds: 600 })
    const mixed = [other, ...Array.from({ length: 8 }, () => project), other]
    const waits = await Promise.all(mixed.map(count))
    const isAccepted = waits.map((seconds) => seconds === undefined)
    const ofProject = [true, true, true, true, true, false, false, false]
    expect(isAccepted).toEqual([true, ...ofProject, true])
    expect(await count(project)).toBeGreaterThan(0)
    expect(await count(other)).toBeUndefined()
  })

  it('accepts requests again when the window ends', async () => {
    const [project] = await addProjects()
    const count = createCounter({ requests: 1, windowSeconds: 1 })
    expect(await count(project)).toBeUndefined()
    await expect.poll(() => count(project), { interval: 100, timeout: 20_000 }).toBeUndefined()
  })

  it('is counted without a deadlock when two instances count the same projects in different orders', async () => {
    const { pool } = test.database
    const projects = await addProjects()
    const [locked, other] = projects
    const options = { requests: 5, windowSeconds: 600 }
    await Promise.all(projects.map(createCounter(options)))
    const blocker = await pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT FROM rate_limits WHERE project_id = $1 FOR UPDATE', [
      locked.projectId,
    ])
    // Without a common order, the first instance would wait for the locked counter. The second would
    // lock the other counter, and then wait behind the first, which needs it next.
    const one = Promise.all([locked, other].map(createCounter(options)))
    await expect.poll(countBlocked, { timeout: 20_000 }).toBe(1)
    const two = Promise.all([other, locked].map(createCounter(options)))
    await expect.poll(countBlocked, { timeout: 20_000 }).toBe(2)
    await blocker.query('ROLLBACK')
    blocker.release()
    expect(await Promise.all([one, two])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
  })

  it('never requires a wait that is longer than the window, however long a counter was locked', async () => {
    const { pool } = test.database
    const [project] = await addProjects()
    const blocker = await pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('INSERT INTO rate_limits VALUES ($1, 1, now())', [project.projectId])
    const waiting = createCounter({ requests: 1, windowSeconds: 600 })(project)
    await expect.poll(countBlocked, { timeout: 20_000 }).toBe(1)
    // A window that begins after the statement that waits.
    await blocker.query(
      `UPDATE rate_limits SET window_ends_at = clock_timestamp() + interval '600 seconds'
       WHERE project_id = $1`,
      [project.projectId],
    )
    await blocker.query('COMMIT')
    blocker.release()
    const seconds = await waiting
    expect(seconds).toBeGreaterThan(300)
    expect(seconds).toBeLessThanOrEqual(600)
  })

  it.each(operationsByTitle)(
    'is checked after the credentials and before the form of a request, and all operations share it: %s',
    async (_, operation) => {
      const { service, tenant } = test
      const path = { organization_id: '%20' }
      const limited = await send(operation, service.url, tenant, { path })
      expect(await outcomeOf(operation, limited)).toBe('429 too_many_requests')
      const headers = { authorization: 'Basic eDp5' }
      const unauthorized = await send(operation, service.url, tenant, { path, headers })
      expect(await outcomeOf(operation, unauthorized)).toBe(outcomeOfUnauthorized(operation))
    },
  )

  it('counts each project separately, and only requests with the right secret', async () => {
    const { service } = test
    const tenant = await addTenant(test.database.pool)
    const stranger = { ...tenant, secret: 'wrong' }
    for (let index = 0; index < 10; index++) await revoke(service.url, stranger)
    expect((await revoke(service.url, tenant)).status).toBe(200)
  })

  it('counts the requests with either secret together while the secret is replaced', async () => {
    const { pool } = test.database
    const { service } = test
    const tenant = await addTenant(pool)
    await pool.query('UPDATE projects SET next_secret_hash = $2 WHERE project_id = $1', [
      tenant.projectId,
      hashOf('next'),
    ])
    const secrets = [tenant.secret, 'next', 'wrong', tenant.secret, 'next', 'next', tenant.secret]
    const statuses: number[] = []
    for (const secret of [...secrets, 'next', 'wrong']) {
      statuses.push((await revoke(service.url, { ...tenant, secret })).status)
    }
    expect(statuses).toEqual([200, 200, 401, 200, 200, 200, 429, 429, 401])
  })
})

async function addProjects(): Promise<[Project, Project]> {
  const { pool } = test.database
  return [await addProject(pool), await addProject(pool)]
}

async function countBlocked(): Promise<number> {
  const { rows } = await test.database.pool.query(
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return rows.length
}
