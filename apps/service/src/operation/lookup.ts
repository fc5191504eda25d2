import type { PathParameters } from '@connected-apps/contract'
import type { JSONWebKeySet } from 'jose'
import { hashOf } from '../hash.ts'
import { Batcher } from '../postgres/batcher.ts'
import type { Database } from '../postgres/database.ts'

/** A session that is alive, and what its Member's roles allow. */
export interface SessionContext {
  organizationId: string
  sessionId: string
  memberId: string
  /** Resources on which a role of the Member holds the operation's permission. */
  allowedResources: string[]
}

/** All that the decision needs to know, read in one statement. */
export interface RequestContext {
  projectId: string
  secretHash: Buffer
  /** Empty unless the request came with a session JWT. */
  sessionKeys: JSONWebKeySet
  organizationId: string | undefined
  memberId: string | undefined
  connectedAppId: string | undefined
  session: SessionContext | undefined
}

/** What names a session in the request: its token, or the id in its JWT. */
export interface SessionReference {
  token?: string | undefined
  jwtSessionId?: string | undefined
}

/** The permission that a session's roles must hold. */
const action = 'revoke.connected-app'

// An identifier is an id first, then a slug, then an external id: each is one look into an index,
// and coalesce() stops at the first that finds something. OFFSET 0 keeps PostgreSQL from copying
// the Organization's lookups into those of the Member.
const gather = {
  name: 'gather-facts',
  text: `
    SELECT p.secret_hash, o.organization_id, m.member_id, a.connected_app_id,
      CASE WHEN q.session_id IS NOT NULL THEN p.session_jwks END AS session_jwks,
      s.organization_id AS session_organization_id, s.session_id,
      s.member_id AS session_member_id, s.allowed_resources
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])
      WITH ORDINALITY AS q (project_id, organization, member, app, token_hash, session_id, position)
    LEFT JOIN projects p ON p.project_id = q.project_id
    LEFT JOIN connected_apps a ON a.connected_app_id = q.app AND a.project_id = p.project_id
    CROSS JOIN LATERAL (SELECT coalesce(
      (SELECT organization_id FROM organizations
        WHERE organization_id = q.organization AND project_id = p.project_id),
      (SELECT organization_id FROM organizations
        WHERE project_id = p.project_id AND slug = q.organization),
      (SELECT organization_id FROM organizations
        WHERE project_id = p.project_id AND external_id = q.organization)
    ) AS organization_id OFFSET 0) o
    CROSS JOIN LATERAL (SELECT coalesce(
      (SELECT member_id FROM members
        WHERE organization_id = o.organization_id AND member_id = q.member),
      (SELECT member_id FROM members
        WHERE organization_id = o.organization_id AND external_id = q.member)
    ) AS member_id) m
    LEFT JOIN LATERAL (
      SELECT s.organization_id, s.session_id, s.member_id,
        ARRAY(
          SELECT DISTINCT resource_id
          FROM member_roles r JOIN permissions USING (role_id)
          WHERE r.organization_id = s.organization_id AND r.member_id = s.member_id
            AND permissions.project_id = p.project_id
            AND permissions.action IN ('${action}', '*')
        ) AS allowed_resources
      FROM sessions s
      WHERE (s.token_hash = q.token_hash OR s.session_id = q.session_id) AND s.expires_at > now()
        AND p.project_id = (
          SELECT project_id FROM organizations WHERE organization_id = s.organization_id)
      LIMIT 1
    ) s ON true
    ORDER BY q.position`,
}

interface Row {
  secret_hash: Buffer | null
  session_jwks: JSONWebKeySet | null
  organization_id: string | null
  member_id: string | null
  connected_app_id: string | null
  session_organization_id: string | null
  session_id: string | null
  session_member_id: string | null
  allowed_resources: string[] | null
}

/** What a request names. */
export interface Question {
  projectId: string
  /** Undefined if its form is wrong: then only the project is of interest. */
  path: PathParameters | undefined
  session: SessionReference
}

/** @returns for each question its facts, or undefined if there is no such project */
async function loadContexts(
  database: Database,
  questions: Question[],
): Promise<(RequestContext | undefined)[]> {
  const rows = await database.query<Row>(gather, [
    questions.map(({ projectId }) => projectId),
    questions.map(({ path }) => path?.organization_id),
    questions.map(({ path }) => path?.member_id),
    questions.map(({ path }) => path?.connected_app_id),
    questions.map(({ session: { token } }) => (token === undefined ? undefined : hashOf(token))),
    questions.map(({ session: { jwtSessionId } }) => jwtSessionId),
  ])
  return rows.map((row, index) => factsIn(row, questions[index]?.projectId ?? ''))
}

/** Makes the function that reads what a request names. */
export function createContextLoader(
  database: Database,
): (question: Question) => Promise<RequestContext | undefined> {
  const batches = new Batcher((questions: Question[]) => loadContexts(database, questions))
  return (question) => batches.add(question)
}

function factsIn(row: Row, projectId: string): RequestContext | undefined {
  if (row.secret_hash === null) return undefined
  return {
    projectId,
    secretHash: row.secret_hash,
    sessionKeys: row.session_jwks ?? { keys: [] },
    organizationId: row.organization_id ?? undefined,
    memberId: row.member_id ?? undefined,
    connectedAppId: row.connected_app_id ?? undefined,
    session: sessionIn(row),
  }
}

function sessionIn(row: Row): SessionContext | undefined {
  const { session_organization_id: organizationId, session_id: sessionId } = row
  const { session_member_id: memberId, allowed_resources: allowedResources } = row
  if (organizationId === null || sessionId === null) return undefined
  if (memberId === null || allowedResources === null) return undefined
  return { organizationId, sessionId, memberId, allowedResources }
}
