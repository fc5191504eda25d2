import { operations } from '@connected-apps/contract/operations'
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
  // Public, so it must protect nothing but a demo that only this machine can reach.
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
