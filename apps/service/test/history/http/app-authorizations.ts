import type { Pool } from 'pg'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addResourceServer,
  addSession,
  newSecret,
} from '../../../src/provision/resources.ts'
import { redirectUri } from '../../support/tenant.ts'
import type { AppAuthorization } from './service-system.ts'

/**
 * Adds a project with Members and Connected Apps between which there was no consent yet. Every other
 * Connected App is a confidential client.
 */
export async function addAppAuthorizations(
  pool: Pool,
  instances: string[],
  count: number,
): Promise<AppAuthorization[]> {
  const { projectId, secret: projectSecret } = await addProject(pool)
  const resourceServer = await addResourceServer(pool, { projectId, name: 'Notes API' })
  const organizationId = await addOrganization(pool, { projectId })
  const authorizations: AppAuthorization[] = []
  for (let index = 0; index < count; index += 1) {
    const memberId = await addMember(pool, { organizationId, name: 'Ada' })
    const session = await addSession(pool, { organizationId, memberId })
    const client = index % 2 === 0 ? {} : { secret: newSecret() }
    const app = { projectId, name: 'Notebook', redirectUri, ...client }
    const connectedAppId = await addConnectedApp(pool, app)
    authorizations.push({
      instances,
      projectId,
      projectSecret,
      organizationId,
      memberId,
      sessionToken: session.token,
      connectedAppId,
      resourceServer,
      ...(client.secret !== undefined && { clientSecret: client.secret }),
    })
  }
  return authorizations
}

/** Adds another one with the same instances, and the same type of client. */
export async function addAuthorizationLike(
  pool: Pool,
  { instances, clientSecret }: AppAuthorization,
): Promise<AppAuthorization> {
  const [ofPublicClient, ofConfidentialClient] = await addAppAuthorizations(pool, instances, 2)
  const authorization = clientSecret === undefined ? ofPublicClient : ofConfidentialClient
  if (authorization === undefined) throw new Error('no authorization was added')
  return authorization
}
