import { operations } from '@connected-apps/contract/operations'
import { CommandError } from '@connected-apps/node-http/command'
import { Pool } from 'pg'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addSession,
} from '@connected-apps/service'

const { parameters, sessionHeaders } = operations.revokeConnectedApp

/** The ids and credentials of the demo: those of the contract's examples, where it has any. */
export const demo = {
  projectId: 'project-test-11111111-1111-4111-8111-111111111111',
  // It is public, so it only protects a demo that no other machine can reach.
  secret: 'secret-test-demo',
  organizationId: parameters.organization_id.example,
  organizationSlug: 'acme',
  organizationExternalId: 'crm|acme',
  memberId: parameters.member_id.example,
  memberExternalId: 'crm|ada',
  connectedAppId: parameters.connected_app_id.example,
  sessionToken: parameters[sessionHeaders.token].example,
}

/** The redirect URI of the demo's Connected App: a page of the service, which shows the code. */
export const demoCallbackPath = '/demo/callback'

/** Creates the demo project in a new database. */
export async function addDemoProject(databaseUrl: string, origin: string): Promise<void> {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 })
  const { projectId } = await addProject(pool, demo)
  const organizationId = await addOrganization(pool, {
    projectId,
    organizationId: demo.organizationId,
    slug: demo.organizationSlug,
    externalId: demo.organizationExternalId,
  })
  const memberId = await addMember(pool, {
    organizationId,
    memberId: demo.memberId,
    name: 'Ada',
    externalId: demo.memberExternalId,
  })
  await addSession(pool, { organizationId, memberId, token: demo.sessionToken })
  await addConnectedApp(pool, {
    projectId,
    connectedAppId: demo.connectedAppId,
    name: 'Notebook',
    description: 'Takes notes of what the Member reads.',
    logoUrl: 'https://example.com/notebook.png',
    redirectUri: origin + demoCallbackPath,
  })
  await pool.end()
}

/** How many Members to rehearse an incident with, besides the demo's own. */
export function readDemoMembers(value = '0'): number {
  if (/^\d{1,6}$/.test(value)) return Number(value)
  throw new CommandError('DEMO_MEMBERS must be a whole number up to 999999')
}

/** Adds Members who have allowed the demo's Connected App as its own Member has. */
export async function copyDemoMember(databaseUrl: string, count: number): Promise<void> {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 })
  // The copies are in the same Organization, and so in the same bucket.
  const copies = `generate_series(1, ${count}) AS n WHERE member_id = $1`
  const copied = "'member-test-' || md5(n::text)::uuid"
  const rows = {
    members: `(bucket, organization_id, member_id, name)
      SELECT bucket, organization_id, ${copied}, name || ' ' || n FROM members, ${copies}`,
    app_authorizations: `
      SELECT bucket, organization_id, ${copied}, connected_app_id, revocation_count
      FROM app_authorizations, ${copies}`,
    grants: `(bucket, grant_id, organization_id, member_id, connected_app_id, epoch, scope)
      SELECT bucket, grant_id || '-' || n, organization_id, ${copied}, connected_app_id, epoch, scope
      FROM grants, ${copies}`,
  }
  for (const [table, copy] of Object.entries(rows)) {
    await pool.query(`INSERT INTO ${table} ${copy}`, [demo.memberId])
    // Without statistics, the foreign keys of the next table would be checked by an index of which all
    // of these rows have the same key.
    await pool.query(`ANALYZE ${table}`)
  }
  await pool.end()
}
