import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { bucketOf } from '../src/bucket.ts'
import { createRevoke, skipLocked, waitForLock } from '../src/operation/handlers/locked-rows.ts'
import type { RevocationRequest } from '../src/operation/handlers/revoke.ts'
import { Database } from '../src/postgres/database.ts'
import { useService } from './support/service.ts'
import { addTenant } from './support/tenant.ts'

const longWaitMs = 1_000_000
const test = useService()
let databases: Database[]

/** Two pools revoke in the same way as two instances of the service. */
beforeEach(() => {
  const { url } = test.database
  databases = [1, 2].map(() => new Database({ url, poolSize: 4, onError: () => undefined }))
})
afterEach(() => Promise.all(databases.map((database) => database.close())))

function oneInstance(): Database {
  const [first] = databases
  if (first === undefined) throw new Error('no test has begun')
  return first
}

async function addAuthorization(): Promise<RevocationRequest> {
  const { projectId, organizationId, memberId, publicAppId } = await addTenant(test.database.pool)
  await test.database.pool.query(
    'INSERT INTO app_authorizations (bucket, organization_id, member_id, connected_app_id) VALUES ($1, $2, $3, $4)',
    [bucketOf(organizationId), organizationId, memberId, publicAppId],
  )
  return {
    operationId: 'revokeConnectedApp',
    projectId,
    organizationId,
    memberId,
    connectedAppId: publicAppId,
    session: undefined,
    requestId: `request-id-test-${memberId}`,
  }
}

/** @returns a function that unlocks them */
async function lock(...requests: RevocationRequest[]): Promise<() => Promise<void>> {
  const blocker = await test.database.pool.connect()
  await blocker.query('BEGIN')
  await blocker.query('SELECT FROM app_authorizations WHERE member_id = ANY($1) FOR UPDATE', [
    requests.map(({ memberId }) => memberId),
  ])
  return async () => {
    await blocker.query('ROLLBACK')
    blocker.release()
  }
}

/** How often the authorization was revoked, according to its counter and to the audit log. */
async function revokesOf({ memberId }: RevocationRequest) {
  const { rows } = await test.database.pool.query<{ count: string; log: string }>(
    `SELECT revocation_count AS count,
      (SELECT count(*) FROM audit_log a WHERE a.member_id = aa.member_id) AS log
     FROM app_authorizations aa WHERE member_id = $1`,
    [memberId],
  )
  return rows[0]
}

/** Resolves once a statement waits for a lock. */
async function untilBlocked(): Promise<void> {
  const count = async (): Promise<number> => {
    const { rows } = await test.database.pool.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rows.length
  }
  await expect.poll(count, { interval: 10, timeout: 20_000 }).toBeGreaterThan(0)
}

it('a revoke of a locked row delays no other, and is applied once the row is unlocked', async () => {
  const [locked, other] = [await addAuthorization(), await addAuthorization()]
  const revoke = createRevoke(oneInstance(), longWaitMs)
  const query = vi.spyOn(oneInstance(), 'query')
  const unlock = await lock(locked)
  let applied = 0
  const waiting = Array.from({ length: 10 }, () => revoke(locked).then(() => (applied += 1)))
  for (let round = 0; round < 10; round += 1) {
    await Promise.all([revoke(other), revoke(other)])
  }
  expect(applied).toBe(0)
  const queued = query.mock.calls.flatMap(([{ name }, values]) =>
    name === waitForLock.name ? values : [],
  )
  expect(queued.flat()).not.toContain(other.memberId)
  await unlock()
  await Promise.all(waiting)
  expect(await revokesOf(locked)).toMatchObject({ log: '10' })
  expect(await revokesOf(other)).toMatchObject({ log: '20' })
})

it('many locked rows delay no other revoke either', async () => {
  const locked = await Promise.all(Array.from({ length: 12 }, addAuthorization))
  const other = await addAuthorization()
  const revoke = createRevoke(oneInstance(), longWaitMs)
  const unlock = await lock(...locked)
  const waiting = locked.map(revoke)
  await untilBlocked()
  await Promise.all(Array.from({ length: 20 }, () => revoke(other)))
  await unlock()
  await Promise.all(waiting)
  for (const request of locked) expect(await revokesOf(request)).toEqual({ count: '1', log: '1' })
})

it('a revoke whose row stays locked fails, and changes nothing', async () => {
  const request = await addAuthorization()
  const unlock = await lock(request)
  await expect(createRevoke(oneInstance(), 0)(request)).rejects.toThrow('stayed locked')
  await unlock()
  expect(await revokesOf(request)).toEqual({ count: '0', log: '0' })
})

it('a revoke waits while the whole table is locked', async () => {
  const request = await addAuthorization()
  const blocker = await test.database.pool.connect()
  await blocker.query('BEGIN')
  await blocker.query('LOCK TABLE app_authorizations IN EXCLUSIVE MODE')
  const revoked = createRevoke(oneInstance(), longWaitMs)(request)
  await untilBlocked()
  await blocker.query('COMMIT')
  blocker.release()
  await revoked
  expect(await revokesOf(request)).toEqual({ count: '1', log: '1' })
})

it('instances that revoke the same row take turns, and no revoke is lost', async () => {
  const request = await addAuthorization()
  const revokes = databases.map((each) => createRevoke(each, longWaitMs))
  const rounds = Array.from({ length: 200 }, () => revokes.map((revoke) => revoke(request)))
  await Promise.all(rounds.flat())
  expect(await revokesOf(request)).toMatchObject({ log: '400' })
})

it.each([skipLocked, waitForLock])(
  '$name looks rows up by their key, even in an empty table',
  async ({ spanning: { text } }) => {
    const { rows } = await oneInstance().pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (GENERIC_PLAN) ${text}`,
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('using app_authorizations_pkey')
    expect(plan).not.toMatch(/Seq Scan on app_authorizations|hashed SubPlan/)
  },
)
