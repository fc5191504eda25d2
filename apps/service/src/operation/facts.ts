import type { PathParameters } from '@connected-apps/contract'
import type { JSONWebKeySet } from 'jose'
import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'

/** A session that is alive, and what its Member's roles allow. */
export interface SessionFacts {
  organizationId: string
  sessionId: string
  memberId: string
  /** Resources on which a role of the Member holds the operation's permission. */
  allowedResources: string[]
}

/** All that the decision needs to know, read in one statement. */
export interface Facts {
  projectId: string
  secretHash: Buffer
  sessionKeys: JSONWebKeySet
  organizationId: string | undefined
  memberId: string | undefined
  connectedAppId: string | undefined
  session: SessionFacts | undefined
}

/** What names a session in the request: its token, or the id in its JWT. */
export interface SessionReference {
  token?: string | undefined
  jwtSessionId?: string | undefined
}

/** The permission that a session's roles must hold. */
const action = 'revoke.connected-app'

// An identifier is an id first, then a slug, then an external id.
const gather = {
  name: 'gather-facts',
  text: `
    SELECT p.secret_hash, p.session_jwks, o.organization_id, m.member_id, a.connected_app_id,
      s.organization_id AS session_organization_id, s.session_id,
      s.member_id AS session_member_id, s.allowed_resources
    FROM projects p
    LEFT JOIN LATERAL (
      SELECT organization_id FROM organizations
      WHERE project_id = p.project_id AND $2 IN (organization_id, slug, external_id)
      ORDER BY (organization_id = $2) DESC, (slug = $2) DESC LIMIT 1
    ) o ON true
    LEFT JOIN LATERAL (
      SELECT member_id FROM members
      WHERE organization_id = o.organization_id AND (member_id = $3 OR external_id = $3)
      ORDER BY (member_id = $3) DESC LIMIT 1
    ) m ON true
    LEFT JOIN connected_apps a ON a.project_id = p.project_id AND a.connected_app_id = $4
    LEFT JOIN LATERAL (
      SELECT s.organization_id, s.session_id, s.member_id,
        ARRAY(
          SELECT DISTINCT resource_id
          FROM member_roles r JOIN permissions USING (role_id)
          WHERE r.organization_id = s.organization_id AND r.member_id = s.member_id
            AND permissions.project_id = p.project_id AND permissions.action IN ($7, '*')
        ) AS allowed_resources
      FROM sessions s JOIN organizations so USING (organization_id)
      WHERE so.project_id = p.project_id AND s.expires_at > now()
        AND (s.token_hash = $5 OR s.session_id = $6)
      LIMIT 1
    ) s ON true
    WHERE p.project_id = $1`,
}

interface Row {
  secret_hash: Buffer
  session_jwks: JSONWebKeySet
  organization_id: string | null
  member_id: string | null
  connected_app_id: string | null
  session_organization_id: string | null
  session_id: string | null
  session_member_id: string | null
  allowed_resources: string[] | null
}

/**
 * Reads everything that a request names.
 *
 * @param path undefined if its form is wrong: then only the project is of interest
 * @returns undefined if there is no such project
 */
export async function gatherFacts(
  database: Database,
  projectId: string,
  path: PathParameters | undefined,
  { token, jwtSessionId }: SessionReference,
): Promise<Facts | undefined> {
  const [row] = await database.query<Row>(gather, [
    projectId,
    path?.organization_id,
    path?.member_id,
    path?.connected_app_id,
    token === undefined ? undefined : hashOf(token),
    jwtSessionId,
    action,
  ])
  if (row === undefined) return undefined
  return {
    projectId,
    secretHash: row.secret_hash,
    sessionKeys: row.session_jwks,
    organizationId: row.organization_id ?? undefined,
    memberId: row.member_id ?? undefined,
    connectedAppId: row.connected_app_id ?? undefined,
    session: sessionIn(row),
  }
}

function sessionIn(row: Row): SessionFacts | undefined {
  const { session_organization_id: organizationId, session_id: sessionId } = row
  const { session_member_id: memberId, allowed_resources: allowedResources } = row
  if (organizationId === null || sessionId === null) return undefined
  if (memberId === null || allowedResources === null) return undefined
  return { organizationId, sessionId, memberId, allowedResources }
}
