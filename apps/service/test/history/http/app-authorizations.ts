import type { Pool } from 'pg'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addSession,
  newSecret,
} from '../../../src/provision/resources.ts'
import { redirectUri } from '../../support/tenant.ts'
import type { Connection } from './service-system.ts'

/**
 * Adds a project with Members who have never met a Connected App. Every other connection is of a
 * confidential client.
 */
export async function addConnections(
  pool: Pool,
  instances: string[],
  count: number,
): Promise<Connection[]> {
  const { projectId, secret: projectSecret } = await addProject(pool)
  const organizationId = await addOrganization(pool, { projectId })
  const connections: Connection[] = []
  for (let index = 0; index < count; index += 1) {
    const memberId = await addMember(pool, { organizationId })
    const session = await addSession(pool, { organizationId, memberId })
    const client = index % 2 === 0 ? {} : { secret: newSecret() }
    const connectedAppId = await addConnectedApp(pool, { projectId, redirectUri, ...client })
    connections.push({
      instances,
      projectId,
      projectSecret,
      organizationId,
      memberId,
      sessionToken: session.token,
      connectedAppId,
      ...(client.secret !== undefined && { clientSecret: client.secret }),
    })
  }
  return connections
}

/** Adds another connection of the same instances, and of the same kind of client. */
export async function addConnectionLike(
  pool: Pool,
  { instances, clientSecret }: Connection,
): Promise<Connection> {
  const [ofPublicClient, ofConfidentialClient] = await addConnections(pool, instances, 2)
  const connection = clientSecret === undefined ? ofPublicClient : ofConfidentialClient
  if (connection === undefined) throw new Error('no connection was added')
  return connection
}
