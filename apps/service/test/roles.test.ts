import type { Operation } from '@connected-apps/contract'
import { beforeAll, describe, expect, it } from 'vitest'
import { addMember, addSession } from '../src/provision/resources.ts'
import { operationsByTitle, outcomeOf, send, withToken } from './support/operations.ts'
import { useService } from './support/service.ts'
import type { Tenant } from './support/tenant.ts'
import { addTenant } from './support/tenant.ts'

const test = useService()
let other: Tenant

beforeAll(async () => {
  other = await addTenant(test.database.pool)
})

/** Lets a role permit one action on one resource, and adds the role if it does not exist. */
async function addPermission(
  { projectId }: Tenant,
  roleId: string,
  resource: string,
  action: string,
): Promise<void> {
  const { pool } = test.database
  await pool.query('INSERT INTO roles VALUES ($1, $2) ON CONFLICT DO NOTHING', [projectId, roleId])
  const permission = [projectId, roleId, resource, action]
  await pool.query('INSERT INTO permissions VALUES ($1, $2, $3, $4)', permission)
}

/** The outcome when a Member with this role sends a request that concerns another Member. */
async function outcomeFor(operation: Operation, roleId: string): Promise<string> {
  const { database, service, tenant } = test
  const { organizationId } = tenant
  const memberId = await addMember(database.pool, { organizationId, name: 'Ada', roles: [roleId] })
  const { token } = await addSession(database.pool, { organizationId, memberId })
  const headers = withToken(operation, token)
  return outcomeOf(operation, await send(operation, service.url, tenant, { headers }))
}

const rejected = '403 session_authorization_error'

describe.each(operationsByTitle)('%s: a role', (title, operation) => {
  const { action, resource, self = 'stytch.self' } = operation.permission
  it.each([
    ['may', action, resource, '200 ok'],
    ['may', '*', resource, '200 ok'],
    ['may not', `${action}.other`, resource, rejected],
    ['may not', action, `${resource}.other`, rejected],
    ['may not do for another Member', action, self, rejected],
  ])('%s do this if it permits %s on %s', async (_, permitted, on, outcome) => {
    const roleId = `${title}: ${permitted} on ${on}`
    await addPermission(test.tenant, roleId, on, permitted)
    expect(await outcomeFor(operation, roleId)).toBe(outcome)
  })

  it('has the permissions of its own project, not those of a role with the same name elsewhere', async () => {
    const roleId = `chief of ${title}`
    await addPermission(other, roleId, resource, '*')
    await addPermission(test.tenant, roleId, `${resource}.other`, '*')
    expect(await outcomeFor(operation, roleId)).toBe(rejected)
    await addPermission(test.tenant, roleId, resource, '*')
    expect(await outcomeFor(operation, roleId)).toBe('200 ok')
  })
})
