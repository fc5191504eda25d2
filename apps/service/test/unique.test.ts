import { randomUUID } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import { addMember, addSession } from '../src/provision/resources.ts'
import { useService } from './support/service.ts'
import type { Tenant } from './support/tenant.ts'
import { addTenant } from './support/tenant.ts'

const test = useService()
let other: Tenant

beforeAll(async () => {
  other = await addTenant(test.database.pool)
})

// Each of these values is looked up without its Organization, so it must be unique.
it('no two sessions share a token, not even in two Organizations', async () => {
  const { organizationId, memberId } = other
  const { token } = test.tenant.session
  const added = addSession(test.database.pool, { organizationId, memberId, token })
  await expect(added).rejects.toThrow('sessions_by_token')
})

it('no two sessions share an id, not even in two Organizations', async () => {
  const added = test.database.pool.query(
    `INSERT INTO sessions (organization_id, session_id, member_id, token_hash, expires_at)
     VALUES ($1, $2, $3, $4, now())`,
    [other.organizationId, test.tenant.session.sessionId, other.memberId, randomUUID()],
  )
  await expect(added).rejects.toThrow('sessions_by_id')
})

it('no two Members share an id, not even in two Organizations', async () => {
  const { organizationId } = other
  const { memberId } = test.tenant
  const added = addMember(test.database.pool, { organizationId, memberId })
  await expect(added).rejects.toThrow('members_by_id')
})
