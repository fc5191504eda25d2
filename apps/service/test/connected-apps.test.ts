import type { OperationId, ResponseBody, SuccessStatus } from '@connected-apps/contract'
import { operations } from '@connected-apps/contract/operations'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addSession,
} from '../src/provision/resources.ts'
import { authorize, discover, openConsentPage } from './support/connected-app.ts'
import { outcomeOf, send } from './support/operations.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'
import type { Tenant } from './support/tenant.ts'
import { addTenant, redirectUri } from './support/tenant.ts'

const test = useService()
// Every test has a tenant of its own.
let tenant: Tenant

beforeEach(async () => {
  tenant = await addTenant(test.database.pool)
})

/** The body of a success, once the response is verified to match the contract. */
async function read<Id extends OperationId>(
  operationId: Id,
  path: Record<string, string> = {},
): Promise<ResponseBody<Id, SuccessStatus<Id>>> {
  const response = await send(operations[operationId], test.service.url, tenant, { path })
  expect(await outcomeOf(operations[operationId], response.clone())).toBe('200 ok')
  return (await response.json()) as ResponseBody<Id, SuccessStatus<Id>> // verified above
}

async function listApps(memberId = tenant.memberId) {
  return (await read('getMemberConnectedApps', { member_id: memberId })).connected_apps
}

async function listMembers(connectedAppId = tenant.publicAppId) {
  const path = { connected_app_id: connectedAppId }
  return (await read('getOrganizationConnectedApp', path)).active_members
}

/** Lets a Member give the public app access. */
async function giveAccess(sessionToken = tenant.session.token, appId = tenant.publicAppId) {
  return authorize(await discover(test.service.url, appId), sessionToken)
}

describe('the Connected Apps of a Member', () => {
  it('are none before the Member has given consent', async () => {
    expect(await listApps()).toEqual([])
    await openConsentPage(
      await discover(test.service.url, tenant.publicAppId),
      tenant.session.token,
    )
    expect(await listApps()).toEqual([])
  })

  it('are described as they were added, with the scopes that the Member has granted', async () => {
    const { projectId } = tenant
    const connectedAppId = await addConnectedApp(test.database.pool, {
      projectId,
      redirectUri,
      name: 'Calendar',
      description: 'Plans meetings.',
      logoUrl: 'https://example.com/calendar.png',
      isFirstParty: true,
    })
    await giveAccess()
    await giveAccess(tenant.session.token, connectedAppId)
    const apps = [
      {
        connected_app_id: tenant.publicAppId,
        name: 'Notebook',
        description: '',
        client_type: 'third_party_public',
        scopes_granted: 'openid profile',
      },
      {
        connected_app_id: connectedAppId,
        name: 'Calendar',
        description: 'Plans meetings.',
        client_type: 'first_party_public',
        logo_url: 'https://example.com/calendar.png',
        scopes_granted: 'openid profile',
      },
    ]
    const byId = (one: { connected_app_id: string }, two: { connected_app_id: string }) =>
      one.connected_app_id < two.connected_app_id ? -1 : 1
    expect(await listApps()).toEqual(apps.toSorted(byId))
  })

  it('are listed once, with the scopes of every active grant, however many there are', async () => {
    await giveAccess()
    await giveAccess()
    await setScopes('profile', 'profile openid')
    expect(await listApps()).toMatchObject([{ scopes_granted: 'openid profile' }])
    expect(await listMembers()).toEqual([
      { member_id: tenant.memberId, granted_scopes: ['openid', 'profile'] },
    ])
  })

  it('have one that was granted no scopes', async () => {
    await giveAccess()
    await setScopes('', '')
    expect(await listApps()).toMatchObject([{ scopes_granted: '' }])
    expect(await listMembers()).toEqual([{ member_id: tenant.memberId, granted_scopes: [] }])
  })

  it('do not count a grant that has ended by itself', async () => {
    await giveAccess()
    await giveAccess()
    await setScopes('profile', 'openid')
    await test.database.pool.query(
      "UPDATE grants SET ended_at = now() WHERE member_id = $1 AND scope = 'profile'",
      [tenant.memberId],
    )
    expect(await listApps()).toMatchObject([{ scopes_granted: 'openid' }])
    await test.database.pool.query('UPDATE grants SET ended_at = now() WHERE member_id = $1', [
      tenant.memberId,
    ])
    expect(await listApps()).toEqual([])
    expect(await listMembers()).toEqual([])
  })

  it('are only those of the Member itself', async () => {
    const { organizationId } = tenant
    const colleagueId = await addMember(test.database.pool, { organizationId, name: 'Ada' })
    await giveAccess()
    expect(await listApps(colleagueId)).toEqual([])
  })

  it('do not have a revoked one, until the Member gives consent again', async () => {
    await giveAccess()
    expect(await listApps()).toHaveLength(1)
    await revoke(test.service.url, tenant)
    expect(await listApps()).toEqual([])
    await giveAccess()
    expect(await listApps()).toHaveLength(1)
  })
})

describe('a Connected App of an Organization', () => {
  it.each([
    [true, true, 'first_party_public'],
    [true, false, 'first_party'],
    [false, true, 'third_party_public'],
    [false, false, 'third_party'],
  ])('has a client type: first party %s, public %s', async (isFirstParty, isPublic, clientType) => {
    const connectedAppId = await addConnectedApp(test.database.pool, {
      projectId: tenant.projectId,
      name: 'Notebook',
      redirectUri,
      isFirstParty,
      ...(!isPublic && { secret: 'secret-test-confidential' }),
    })
    const path = { connected_app_id: connectedAppId }
    expect(await read('getOrganizationConnectedApp', path)).toMatchObject({
      connected_app_id: connectedAppId,
      client_type: clientType,
      active_members: [],
    })
  })

  it('names the Members who use it, and those of no other Organization', async () => {
    const { organizationId, projectId } = tenant
    const { pool } = test.database
    const colleagueId = await addMember(pool, { organizationId, name: 'Ada' })
    const colleague = await addSession(pool, { organizationId, memberId: colleagueId })
    await giveAccess()
    await giveAccess(colleague.token)
    const members = [tenant.memberId, colleagueId].toSorted()
    expect(await listMembers()).toEqual(
      members.map((id) => ({ member_id: id, granted_scopes: ['openid', 'profile'] })),
    )
    const path = { organization_id: await addOrganization(pool, { projectId }) }
    expect(await read('getOrganizationConnectedApp', path)).toMatchObject({ active_members: [] })
    expect(await listMembers(tenant.confidentialAppId)).toEqual([])
  })

  it('does not name a Member whose access was revoked', async () => {
    await giveAccess()
    await revoke(test.service.url, tenant)
    expect(await listMembers()).toEqual([])
  })
})

/** Sets the scopes of the Member's two grants, since every consent here is for the same ones. */
async function setScopes(first: string, second: string): Promise<void> {
  await test.database.pool.query(
    `UPDATE grants g SET scope = CASE WHEN grant_id = (
       SELECT min(grant_id) FROM grants WHERE member_id = $1) THEN $2 ELSE $3 END
     WHERE member_id = $1`,
    [tenant.memberId, first, second],
  )
}
