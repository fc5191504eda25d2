import { bucketOf } from '../bucket.ts'
import { hashOf, isOneOf } from '../hash.ts'
import type { OnlyIn } from '../postgres/batch-statement.ts'
import { batchStatement, perBucket, runBatch } from '../postgres/batch-statement.ts'
import { Batcher } from '../postgres/batcher.ts'
import type { Database } from '../postgres/database.ts'
import { lengthOf } from '../postgres/statement.ts'
import type { LookupKey, RequestContext, SessionContext } from './lookup.ts'

/**
 * Looks up the Member `m` that `k` names in an Organization. An identifier is tried as an id first, and
 * then as an external id. Each attempt is one index lookup, and coalesce() stops at the first match.
 */
export function memberLookup(bucket: string, organizationId: string): string {
  return `
    CROSS JOIN LATERAL (SELECT coalesce(
      (SELECT member_id FROM members WHERE bucket = ${bucket}
        AND organization_id = ${organizationId} AND member_id = k.member),
      (SELECT member_id FROM members WHERE bucket = ${bucket}
        AND organization_id = ${organizationId} AND external_id = k.member)
    ) AS member_id) m`
}

/**
 * Looks up the active session `s` that `k` names, of the project `projectId`.
 *
 * @param onlyIn a condition on where the session is; see {@link batchStatement}
 */
export function sessionLookup(projectId: string, onlyIn: OnlyIn): string {
  return `
    LEFT JOIN LATERAL (
      SELECT s.organization_id, s.session_id, s.member_id,
        ARRAY(
          SELECT DISTINCT resource_id
          FROM member_roles r JOIN permissions USING (role_id)
          WHERE r.bucket = s.bucket ${onlyIn('r.bucket')}
            AND r.organization_id = s.organization_id AND r.member_id = s.member_id
            AND permissions.project_id = ${projectId}
            AND permissions.action IN (k.action, '*')
        ) AS allowed_resources
      FROM sessions s
      WHERE (s.token_hash = k.token_hash OR s.session_id = k.session_id) AND s.expires_at > now()
        ${onlyIn('s.bucket')} AND ${projectId} = (
          SELECT project_id FROM organizations WHERE organization_id = s.organization_id)
      LIMIT 1
    ) s ON true`
}

/** The session of a request; NULL if there is none. */
export interface SessionRow {
  session_organization_id: string | null
  session_id: string | null
  session_member_id: string | null
  allowed_resources: string[] | null
}

/** What a request names in an Organization that was found. */
interface MemberKey {
  organizationId: string
  key: LookupKey
}

interface MemberRow extends SessionRow {
  member_id: string | null
}

const find = batchStatement(
  'load-members',
  6,
  (onlyIn) => `
    SELECT m.member_id, s.organization_id AS session_organization_id, s.session_id,
      s.member_id AS session_member_id, s.allowed_resources
    FROM (
      SELECT * FROM
        unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::text[])
        WITH ORDINALITY LIMIT ${lengthOf('$1')}
    ) AS k (organization_id, member, token_hash, session_id, action, project_id, position)
    ${memberLookup('$7::integer', 'k.organization_id')}
    ${sessionLookup('k.project_id', onlyIn)}
    ORDER BY k.position`,
)

const findSession = {
  name: 'find-session-in-any-bucket',
  text: `
    SELECT s.organization_id AS session_organization_id, s.session_id,
      s.member_id AS session_member_id, '{}'::text[] AS allowed_resources
    FROM sessions s JOIN organizations o ON o.organization_id = s.organization_id
    WHERE (s.token_hash = $1 OR s.session_id = $2) AND s.expires_at > now() AND o.project_id = $3
    LIMIT 1`,
}

/**
 * Creates the function that adds to the context of a request what is in the bucket of its Organization.
 * For a distributed database, where the bucket must be known before a statement is sent.
 */
export function createMemberLoader(
  database: Database,
): (key: LookupKey, context: RequestContext) => Promise<RequestContext> {
  const bucketOfKey = ({ organizationId }: MemberKey): number => bucketOf(organizationId)
  const run = async (keys: MemberKey[]): Promise<MemberRow[]> => {
    const values = [
      keys.map(({ organizationId }) => organizationId),
      keys.map(({ key }) => key.path.member_id),
      keys.map(({ key }) => tokenHashOf(key)),
      keys.map(({ key }) => key.session.jwtSessionId),
      keys.map(({ key }) => key.action),
      keys.map(({ key }) => key.projectId),
    ]
    return (await runBatch<MemberRow>(database, find, values, keys.map(bucketOfKey))).rows
  }
  const batcher = new Batcher(run, {
    name: find.name,
    observer: database.observer,
    ...perBucket(database, bucketOfKey),
  })

  /** A session of another Organization is found as well, since the request is rejected for another reason. */
  async function findSessionElsewhere(key: LookupKey): Promise<SessionContext | undefined> {
    const { token, jwtSessionId } = key.session
    if (token === undefined && jwtSessionId === undefined) return undefined
    const values = [tokenHashOf(key), jwtSessionId, key.projectId]
    const [row] = await database.query<SessionRow>(findSession, values)
    return row && toSession(row)
  }

  return async (key, context) => {
    const organizationId = context.ids.organization_id
    // Nothing else matters if the request is rejected anyway.
    if (organizationId === undefined || !isOneOf(context.secretHashes, key.secretHash)) {
      return context
    }
    const row = await batcher.add({ organizationId, key })
    return {
      ...context,
      ids: { ...context.ids, member_id: row.member_id ?? undefined },
      session: toSession(row) ?? (await findSessionElsewhere(key)),
    }
  }
}

function tokenHashOf({ session: { token } }: LookupKey): Buffer | undefined {
  return token === undefined ? undefined : hashOf(token)
}

/** @returns undefined if there is no session */
export function toSession(row: SessionRow): SessionContext | undefined {
  const { session_organization_id: organizationId, session_id: sessionId } = row
  const { session_member_id: memberId, allowed_resources: allowedResources } = row
  if (organizationId === null || sessionId === null) return undefined
  if (memberId === null || allowedResources === null) return undefined
  return { organizationId, sessionId, memberId, allowedResources }
}
