import type { Pool } from 'pg'
import { addMember, addOrganization, addSession } from '../../src/provision/resources.ts'
import type { Tenant } from './tenant.ts'

/** Adds Members with sessions to a tenant's project. @returns them, by what they may do */
export async function addSessions(pool: Pool, { projectId, organizationId, memberId }: Tenant) {
  const elsewhere = await addOrganization(pool, { projectId })
  const add = async (organization: string, role: string) => {
    const member = { organizationId: organization, name: 'Ada', roles: [role] }
    const added = await addMember(pool, member)
    const session = await addSession(pool, { organizationId: organization, memberId: added })
    return { memberId: added, ...session }
  }
  return {
    /** May do everything in the tenant's Organization. */
    admin: await add(organizationId, 'stytch_admin'),
    /** May do nothing that concerns another Member. */
    colleague: await add(organizationId, 'stytch_member'),
    /** An admin of another Organization. */
    stranger: await add(elsewhere, 'stytch_admin'),
    /** A plain Member of another Organization. */
    plainStranger: await add(elsewhere, 'stytch_member'),
    expired: await addSession(pool, { organizationId, memberId, secondsToLive: -1 }),
  }
}

export type Sessions = Awaited<ReturnType<typeof addSessions>>
