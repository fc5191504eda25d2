import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { RevocationRequest } from '../src/operation/revoke.ts'
import { skipLocked, createRevoke, waitForLock } from '../src/operation/revoke.ts'
import { Database } from '../src/postgres/database.ts'
import { useService } from './support/service.ts'
import { addTenant } from './support/tenant.ts'

const forever = 1_000_000
const test = useService()
let databases: Database[]

/** Of two instances, as far as revokes are concerned. */
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

async function addConnection(): Promise<RevocationRequest> {
  const { projectId, organizationId, memberId, publicAppId } = await addTenant(test.database.pool)
  await test.database.pool.query(
    'INSERT INTO app_authorizations (organization_id, member_id, connected_app_id) VALUES ($1, $2, $3)',
    [organizationId, memberId, publicAppId],
  )
  return {
    projectId,
    organizationId,
    memberId,
    connectedAppId: publicAppId,
    session: undefined,
    requestId: `request-id-test-${memberId}`,
  }
}

/** @returns a function that unlocks them */
async function lock(...orders: RevocationRequest[]): Promise<() => Promise<void>> {
  const blocker = await test.database.pool.connect()
  await blocker.query('BEGIN')
  await blocker.query('SELECT FROM app_authorizations WHERE member_id = ANY($1) FOR UPDATE', [
    orders.map(({ memberId }) => memberId),
  ])
  return async () => {
    await blocker.query('ROLLBACK')
    blocker.release()
  }
}

/** How often the connection was revoked, by its count and by the log. */
async function revokesOf({ memberId }: RevocationRequest) {
  const { rows } = await test.database.pool.query<{ count: string; log: string }>(
    `SELECT revocation_count AS count,
      (SELECT count(*) FROM audit_log a WHERE a.member_id = c.member_id) AS log
     FROM app_authorizations c WHERE member_id = $1`,
    [memberId],
  )
  return rows[0]
}

/** Waits until a statement waits for a lock. */
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

it('a revoke of a locked row holds up no other, and is carried out once it may', async () => {
  const [locked, other] = [await addConnection(), await addConnection()]
  const revoke = createRevoke(oneInstance(), forever)
  const query = vi.spyOn(oneInstance(), 'query')
  const unlock = await lock(locked)
  let carriedOut = 0
  const waiting = Array.from({ length: 10 }, () => revoke(locked).then(() => (carriedOut += 1)))
  for (let round = 0; round < 10; round += 1) {
    await Promise.all([revoke(other), revoke(other)])
  }
  expect(carriedOut).toBe(0)
  const queued = query.mock.calls.flatMap(([{ name }, values]) =>
    name === waitForLock.name ? values : [],
  )
  expect(queued.flat()).not.toContain(other.memberId)
  await unlock()
  await Promise.all(waiting)
  expect(await revokesOf(locked)).toMatchObject({ log: '10' })
  expect(await revokesOf(other)).toMatchObject({ log: '20' })
})

it('many locked rows hold up no other revoke either', async () => {
  const locked = await Promise.all(Array.from({ length: 12 }, addConnection))
  const other = await addConnection()
  const revoke = createRevoke(oneInstance(), forever)
  const unlock = await lock(...locked)
  const waiting = locked.map(revoke)
  await untilBlocked()
  await Promise.all(Array.from({ length: 20 }, () => revoke(other)))
  await unlock()
  await Promise.all(waiting)
  for (const order of locked) expect(await revokesOf(order)).toEqual({ count: '1', log: '1' })
})

it('a revoke whose row stays locked is given up, and changes nothing', async () => {
  const order = await addConnection()
  const unlock = await lock(order)
  await expect(createRevoke(oneInstance(), 0)(order)).rejects.toThrow('stayed locked')
  await unlock()
  expect(await revokesOf(order)).toEqual({ count: '0', log: '0' })
})

it('a revoke waits while the whole table is locked', async () => {
  const order = await addConnection()
  const blocker = await test.database.pool.connect()
  await blocker.query('BEGIN')
  await blocker.query('LOCK TABLE app_authorizations IN EXCLUSIVE MODE')
  const revoked = createRevoke(oneInstance(), forever)(order)
  await untilBlocked()
  await blocker.query('COMMIT')
  blocker.release()
  await revoked
  expect(await revokesOf(order)).toEqual({ count: '1', log: '1' })
})

it('instances that revoke at one row take turns, and lose none', async () => {
  const order = await addConnection()
  const revokes = databases.map((each) => createRevoke(each, forever))
  const rounds = Array.from({ length: 200 }, () => revokes.map((revoke) => revoke(order)))
  await Promise.all(rounds.flat())
  expect(await revokesOf(order)).toMatchObject({ log: '400' })
})

it.each([skipLocked, waitForLock])(
  '$name looks rows up by their key, even in an empty table',
  async ({ text }) => {
    const { rows } = await oneInstance().pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (GENERIC_PLAN) ${text}`,
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('using app_authorizations_pkey')
    expect(plan).not.toMatch(/Seq Scan on app_authorizations|hashed SubPlan/)
  },
)
