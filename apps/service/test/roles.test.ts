import { beforeAll, describe, expect, it } from 'vitest'
import { addMember, addSession } from '../src/provision/resources.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'
import type { Tenant } from './support/tenant.ts'
import { addTenant } from './support/tenant.ts'

const test = useService()
let other: Tenant

beforeAll(async () => {
  other = await addTenant(test.database.pool)
})

/** Adds a role that permits one action on every Member of the project. */
async function addRole({ projectId }: Tenant, roleId: string, action: string): Promise<void> {
  const { pool } = test.database
  await pool.query('INSERT INTO roles VALUES ($1, $2)', [projectId, roleId])
  await pool.query("INSERT INTO permissions VALUES ($1, $2, 'stytch.member', $3)", [
    projectId,
    roleId,
    action,
  ])
}

/** The response's status when a Member with this role revokes for another Member. */
async function statusFor(roleId: string): Promise<number> {
  const { database, service, tenant } = test
  const { organizationId } = tenant
  const memberId = await addMember(database.pool, { organizationId, roles: [roleId] })
  const { token } = await addSession(database.pool, { organizationId, memberId })
  const headers = { 'X-Stytch-Member-Session': token }
  return (await revoke(service.url, tenant, { headers })).status
}

describe('a role', () => {
  it.each([
    ['may revoke', 'revoke.connected-app', 200],
    ['may revoke', '*', 200],
    ['may not revoke', 'read', 403],
  ])('%s if it permits the action %s', async (_, action, status) => {
    await addRole(test.tenant, `may ${action}`, action)
    expect(await statusFor(`may ${action}`)).toBe(status)
  })

  it('has the permissions of its own project, not those of a role with the same name elsewhere', async () => {
    await addRole(other, 'chief', '*')
    expect(await statusFor('chief')).toBe(403)
    await addRole(test.tenant, 'chief', '*')
    expect(await statusFor('chief')).toBe(200)
  })
})
