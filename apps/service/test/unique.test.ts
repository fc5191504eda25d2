import { randomUUID } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import { bucketOf } from '../src/bucket.ts'
import { findMember, findSignedInMember } from '../src/oauth/members.ts'
import { Database } from '../src/postgres/database.ts'
import { addMember, addOrganization, addSession } from '../src/provision/resources.ts'
import { addAppAuthorizations } from './history/http/app-authorizations.ts'
import { ServiceSystem } from './history/http/service-system.ts'
import { useService } from './support/service.ts'

const test = useService()
/** Another Organization of the tenant's bucket, and one of another bucket. */
let neighbor: { organizationId: string; memberId: string }
let stranger: { organizationId: string; memberId: string }

beforeAll(async () => {
  const bucket = bucketOf(test.tenant.organizationId)
  neighbor = await addTo((organizationId) => bucketOf(organizationId) === bucket)
  stranger = await addTo((organizationId) => bucketOf(organizationId) !== bucket)
})

async function addTo(isRight: (organizationId: string) => boolean) {
  let organizationId: string
  do organizationId = `organization-test-${randomUUID()}`
  while (!isRight(organizationId))
  const { pool } = test.database
  await addOrganization(pool, { projectId: test.tenant.projectId, organizationId })
  return { organizationId, memberId: await addMember(pool, { organizationId, name: 'Ada' }) }
}

// Each of these values is looked up without its Organization. An index keeps it unique in its bucket.
it('no two sessions of a bucket share a token', async () => {
  const { token } = test.tenant.session
  const added = addSession(test.database.pool, { ...neighbor, token })
  await expect(added).rejects.toThrow('sessions_by_token')
})

it('no two sessions of a bucket share an id', async () => {
  const { organizationId, memberId } = neighbor
  const added = test.database.pool.query(
    `INSERT INTO sessions (bucket, organization_id, session_id, member_id, token_hash, expires_at)
     VALUES ($1, $2, $3, $4, $5, now())`,
    [
      bucketOf(organizationId),
      organizationId,
      test.tenant.session.sessionId,
      memberId,
      randomUUID(),
    ],
  )
  await expect(added).rejects.toThrow('sessions_by_id')
})

it('no two Members of a bucket share an id', async () => {
  const { organizationId } = neighbor
  const { memberId } = test.tenant
  const added = addMember(test.database.pool, { organizationId, name: 'Ada', memberId })
  await expect(added).rejects.toThrow('members_by_id')
})

it('an id that Members of two buckets share names neither of them', async () => {
  const { url, pool } = test.database
  const { publicAppId } = test.tenant
  const { memberId } = stranger
  await addSession(pool, stranger)
  const database = new Database({ url, poolSize: 1, onError: () => undefined })
  const find = async () => [
    await findMember(database, memberId),
    await findSignedInMember(database, memberId, publicAppId),
  ]
  expect(await find()).toEqual([expect.anything(), expect.anything()])
  const { organizationId } = test.tenant
  await addMember(pool, { organizationId, name: 'Ada', memberId })
  // Also while only one of them is signed in.
  expect(await find()).toEqual([undefined, undefined])
  await addSession(pool, { organizationId, memberId })
  expect(await find()).toEqual([undefined, undefined])
  await database.close()
})

it('a browser has to sign in once another Member has the id of its own, and no page allows access', async () => {
  const { pool } = test.database
  const [authorization] = await addAppAuthorizations(pool, [test.service.url], 1)
  if (authorization === undefined) throw new Error('no authorization was added')
  const { memberId, projectId } = authorization
  const system = new ServiceSystem(authorization)
  await system.signIn()
  const { page: consent = '' } = (await system.request(0)) as { page?: string } // no consent was given yet
  const organizationId = await addOrganization(pool, { projectId })
  await addMember(pool, { organizationId, name: 'Ada', memberId })
  expect(await system.approve(0, consent)).toBeUndefined()
  expect(await system.request(0)).toEqual({ page: expect.stringMatching(/^\/interaction\//) })
  const { rowCount } = await pool.query('SELECT FROM grants WHERE member_id = $1', [memberId])
  expect(rowCount).toBe(0)
  // It leads to the login page again.
  await system.signIn()
})

it('no row has another bucket than that of its Organization', async () => {
  const { organizationId } = test.tenant
  const added = test.database.pool.query('INSERT INTO members VALUES ($1, $2, $3, NULL, $3)', [
    (bucketOf(organizationId) + 1) % 4096,
    organizationId,
    'ada',
  ])
  await expect(added).rejects.toThrow('violates foreign key constraint')
})
