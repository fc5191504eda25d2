import { randomBytes, randomUUID } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'
import type { ClientBase, Pool } from 'pg'
import { bucketOf } from '../bucket.ts'
import { hashOf } from '../hash.ts'
import { toPublicKeySet } from '../operation/session-jwks.ts'
import { commitDurably, queryDurably } from './commit-durably.ts'

/** The change can't be made. The message says why, and what to do. */
export class ProvisionError extends Error {
  override name = 'ProvisionError'
}

/** Generates a secret of 256 random bits. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Generates an id that contains `live` or `test`, as the id of what the resource belongs to. */
function newId(type: string, ownerId: string): string {
  return `${type}-${/^[a-z-]+-live-/.test(ownerId) ? 'live' : 'test'}-${randomUUID()}`
}

export interface NewProject {
  projectId?: string
  /** Whether its id contains `live` instead of `test`. Clients use another server for live projects. */
  live?: boolean
  secret?: string
  sessionKeys?: JSONWebKeySet
}

/** The permissions of a new project, which are those of upstream's default roles. */
const defaultPermissions = [
  { role: 'stytch_member', resource: 'stytch.self', action: '*' },
  { role: 'stytch_admin', resource: 'stytch.organization', action: '*' },
  { role: 'stytch_admin', resource: 'stytch.member', action: '*' },
  { role: 'stytch_admin', resource: 'stytch.sso', action: '*' },
]

/** Adds a project with the default roles. Only the secret's hash is stored. */
export async function addProject(pool: Pool, project: NewProject = {}) {
  const environment = project.live ? 'live' : 'test'
  const { projectId = `project-${environment}-${randomUUID()}`, secret = newSecret() } = project
  await commitDurably(pool, async (client) => {
    await client.query(
      'INSERT INTO projects (project_id, secret_hash, session_jwks) VALUES ($1, $2, $3)',
      [projectId, hashOf(secret), toPublicKeySet(project.sessionKeys ?? { keys: [] })],
    )
    for (const { role, resource, action } of defaultPermissions) {
      const values = [projectId, role]
      await client.query('INSERT INTO roles VALUES ($1, $2) ON CONFLICT DO NOTHING', values)
      await client.query('INSERT INTO permissions VALUES ($1, $2, $3, $4)', [
        ...values,
        resource,
        action,
      ])
    }
  })
  return { projectId, secret }
}

/**
 * Replaces the public keys of a project's session JWTs. It takes effect at the next request.
 *
 * @throws {ProvisionError} if there is no such project
 */
export async function replaceSessionKeys(
  pool: Pool,
  projectId: string,
  sessionKeys: JSONWebKeySet,
): Promise<void> {
  const { rowCount } = await queryDurably(
    pool,
    'UPDATE projects SET session_jwks = $2 WHERE project_id = $1',
    [projectId, toPublicKeySet(sessionKeys)],
  )
  if (rowCount !== 1) throw new ProvisionError(`there is no project ${projectId}`)
}

export interface NewOrganization {
  projectId: string
  organizationId?: string
  slug?: string
  externalId?: string
}

/** Adds an Organization. */
export async function addOrganization(pool: Pool, organization: NewOrganization): Promise<string> {
  const { projectId, organizationId = newId('organization', projectId) } = organization
  await queryDurably(
    pool,
    `INSERT INTO organizations (bucket, organization_id, project_id, slug, external_id)
     VALUES ($1, $2, $3, $4, $5)`,
    [
      bucketOf(organizationId),
      organizationId,
      projectId,
      organization.slug ?? organizationId,
      organization.externalId,
    ],
  )
  return organizationId
}

export interface NewMember {
  organizationId: string
  memberId?: string
  externalId?: string
  /** Shown on the consent page. */
  name: string
  roles?: string[]
}

/**
 * Adds a Member. Unless `roles` is given, its only role is `stytch_member`.
 *
 * @throws {ProvisionError} if the Organization's project does not have one of the roles
 */
export async function addMember(pool: Pool, member: NewMember): Promise<string> {
  const { organizationId, memberId = newId('member', organizationId) } = member
  const { name, roles = ['stytch_member'] } = member
  const bucket = bucketOf(organizationId)
  await commitDurably(pool, async (client) => {
    await assertRolesExist(client, organizationId, roles)
    await client.query(
      `INSERT INTO members (bucket, organization_id, member_id, external_id, name)
       VALUES ($1, $2, $3, $4, $5)`,
      [bucket, organizationId, memberId, member.externalId, name],
    )
    for (const role of new Set(roles)) {
      const values = [bucket, organizationId, memberId, role]
      await client.query('INSERT INTO member_roles VALUES ($1, $2, $3, $4)', values)
    }
  })
  return memberId
}

/** A role that the project does not have would permit nothing. */
async function assertRolesExist(
  client: ClientBase,
  organizationId: string,
  roles: string[],
): Promise<void> {
  const { rows } = await client.query<{ role_id: string }>(
    `SELECT role_id FROM roles JOIN organizations USING (project_id)
     WHERE organization_id = $1 ORDER BY role_id`,
    [organizationId],
  )
  const known = rows.map(({ role_id: id }) => id)
  const unknown = roles.find((role) => !known.includes(role))
  if (unknown === undefined) return
  throw new ProvisionError(
    `there is no role ${JSON.stringify(unknown)} in this project; its roles are ${known.join(', ')}`,
  )
}

export interface NewSession {
  organizationId: string
  memberId: string
  token?: string
  /** A negative number adds a session that has already expired. */
  secondsToLive?: number
}

/** Adds a session of a Member. */
export async function addSession(pool: Pool, session: NewSession) {
  const { organizationId, memberId, token = newSecret(), secondsToLive = 86_400 } = session
  const sessionId = newId('session', memberId)
  await queryDurably(
    pool,
    `INSERT INTO sessions (bucket, organization_id, session_id, member_id, token_hash, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
    [bucketOf(organizationId), organizationId, sessionId, memberId, hashOf(token), secondsToLive],
  )
  return { sessionId, token }
}

export interface NewConnectedApp {
  projectId: string
  redirectUri: string
  connectedAppId?: string
  /** Shown on the consent page, and in lists. */
  name: string
  /** What it is for. Default: nothing. */
  description?: string
  logoUrl?: string
  /** Whether the project's owner develops it, and not a third party. Default: false. */
  isFirstParty?: boolean
  /** With a secret, it is a confidential client. Without, it is public, and its refresh tokens rotate. */
  secret?: string
}

/** Adds a Connected App, which is an OAuth client. */
export async function addConnectedApp(pool: Pool, app: NewConnectedApp): Promise<string> {
  const { connectedAppId = newId('connected-app', app.projectId) } = app
  await queryDurably(
    pool,
    `INSERT INTO connected_apps (connected_app_id, project_id, name, description, logo_url,
       is_first_party, redirect_uris, secret_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      connectedAppId,
      app.projectId,
      app.name,
      app.description ?? '',
      app.logoUrl,
      app.isFirstParty ?? false,
      [app.redirectUri],
      app.secret === undefined ? null : hashOf(app.secret),
    ],
  )
  return connectedAppId
}

export interface NewResourceServer {
  projectId: string
  name: string
}

/** Adds an API of a project, which may introspect every access token of the project. */
export async function addResourceServer(pool: Pool, { projectId, name }: NewResourceServer) {
  const resourceServerId = newId('resource-server', projectId)
  const secret = newSecret()
  await queryDurably(
    pool,
    `INSERT INTO resource_servers (resource_server_id, project_id, name, secret_hash)
     VALUES ($1, $2, $3, $4)`,
    [resourceServerId, projectId, name, hashOf(secret)],
  )
  return { resourceServerId, secret }
}
