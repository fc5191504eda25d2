import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addResourceServer,
  addSession,
  newSecret,
} from '../../src/provision/resources.ts'
import { generateSessionKeys } from './session-jwt.ts'

export const redirectUri = 'http://127.0.0.1/callback'

/** Adds a project with everything that a request of the operation refers to. */
export async function addTenant(pool: Pool) {
  const suffix = randomUUID().slice(0, 8)
  const sessionKeys = await generateSessionKeys()
  const { projectId, secret } = await addProject(pool, { sessionKeys: sessionKeys.publicKeys })
  const organizationId = await addOrganization(pool, {
    projectId,
    slug: `acme-${suffix}`,
    externalId: `crm|acme-${suffix}`,
  })
  const memberId = await addMember(pool, { organizationId, name: 'Ada', externalId: 'crm|ada' })
  const session = await addSession(pool, { organizationId, memberId })
  const app = { projectId, name: 'Notebook', redirectUri }
  const publicAppId = await addConnectedApp(pool, app)
  const clientSecret = newSecret()
  const confidentialAppId = await addConnectedApp(pool, { ...app, secret: clientSecret })
  const resourceServer = await addResourceServer(pool, { projectId, name: 'Notes API' })
  return {
    projectId,
    secret,
    sessionKeys,
    organizationId,
    slug: `acme-${suffix}`,
    externalId: `crm|acme-${suffix}`,
    memberId,
    memberExternalId: 'crm|ada',
    session,
    publicAppId,
    confidentialAppId,
    clientSecret,
    resourceServer,
  }
}

export type Tenant = Awaited<ReturnType<typeof addTenant>>
