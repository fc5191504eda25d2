import type { OperationId, PathParameters } from '@connected-apps/contract'
import type { JSONWebKeySet } from 'jose'
import { hashOf } from '../hash.ts'
import { Batcher } from '../postgres/batcher.ts'
import type { Database } from '../postgres/database.ts'
import { lengthOf } from '../postgres/statement.ts'
import type { SessionRow } from './member-lookup.ts'
import { createMemberLoader, memberLookup, sessionLookup, toSession } from './member-lookup.ts'
import type { RateLimitOptions } from './rate-limit.ts'
import { countRequests, retryAfterSeconds } from './rate-limit.ts'

/** An active session, and what its Member's roles allow. */
export interface SessionContext {
  organizationId: string
  sessionId: string
  memberId: string
  /** Resources on which one of the Member's roles has the operation's permission. */
  allowedResources: string[]
}

/** Everything that the decision depends on, which is found by one statement. */
export interface RequestContext {
  projectId: string
  /** The hashes of the secrets that are accepted: two while the secret is rotated. */
  secretHashes: Buffer[]
  /** Undefined if the secret is wrong, or if the project is within its rate limit. */
  retryAfterSeconds: number | undefined
  /** Empty unless the request carries a session JWT. */
  sessionKeys: JSONWebKeySet
  /** The ids of what the path names; undefined where that does not exist, or is not in the path. */
  ids: Ids
  session: SessionContext | undefined
}

type PathParameterName<Id extends OperationId = OperationId> = Id extends OperationId
  ? keyof PathParameters<Id>
  : never

/** By the name of the path parameter. A parameter that the lookup does not know does not compile. */
export type Ids = Record<PathParameterName, string | undefined>

/** How a request identifies a session: by its token, or by the id in its JWT. */
export interface SessionReference {
  token?: string | undefined
  jwtSessionId?: string | undefined
}

// An identifier is tried as an id first, then as a slug, then as an external id. OFFSET 0 prevents
// PostgreSQL from inlining the lookup of the Organization into that of the Member. Everything is looked
// up before the first request is counted, so that the counters are locked for as short as possible.
function loadContextsText(member: string, session: string): string {
  return `
    WITH requests AS MATERIALIZED (
      SELECT k.position, k.secret_hash IN (p.secret_hash, p.next_secret_hash) AS is_counted,
        p.project_id, p.secret_hash, p.next_secret_hash,
        o.organization_id, m.member_id, a.connected_app_id,
        CASE WHEN k.session_id IS NOT NULL THEN p.session_jwks END AS session_jwks,
        s.organization_id AS session_organization_id, s.session_id,
        s.member_id AS session_member_id, s.allowed_resources
      FROM (
        SELECT * FROM
          unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[],
            $8::bytea[])
          WITH ORDINALITY LIMIT ${lengthOf('$1')}
      ) AS k (project_id, organization, member, app, token_hash, session_id, action, secret_hash,
        position)
      LEFT JOIN projects p ON p.project_id = k.project_id
      LEFT JOIN connected_apps a ON a.connected_app_id = k.app AND a.project_id = p.project_id
      CROSS JOIN LATERAL (SELECT coalesce(
        (SELECT organization_id FROM organizations
          WHERE organization_id = k.organization AND project_id = p.project_id),
        (SELECT organization_id FROM organizations
          WHERE project_id = p.project_id AND slug = k.organization),
        (SELECT organization_id FROM organizations
          WHERE project_id = p.project_id AND external_id = k.organization)
      ) AS organization_id OFFSET 0) o
      ${member}
      ${session}
    ), ${countRequests('$10')}
    SELECT r.secret_hash, r.next_secret_hash, r.organization_id, r.member_id, r.connected_app_id,
      r.session_jwks, r.session_organization_id, r.session_id, r.session_member_id,
      r.allowed_resources, ${retryAfterSeconds('$9')} AS retry_after_seconds
    FROM requests r LEFT JOIN counted c ON c.project_id = r.project_id AND r.is_counted
    ORDER BY r.position`
}

const loadEverything = {
  name: 'load-contexts',
  text: loadContextsText(
    `LEFT JOIN organizations b ON b.organization_id = o.organization_id
     ${memberLookup('b.bucket', 'o.organization_id')}`,
    sessionLookup('p.project_id', () => ''),
  ),
}

/** Without what is in a bucket, which is not known until the Organization is. */
const loadWithoutMembers = {
  name: 'load-contexts-without-members',
  text: loadContextsText(
    'CROSS JOIN (SELECT NULL::text AS member_id) m',
    `CROSS JOIN (SELECT NULL::text AS organization_id, NULL::text AS session_id,
       NULL::text AS member_id, NULL::text[] AS allowed_resources) s`,
  ),
}

interface Row extends SessionRow {
  secret_hash: Buffer | null
  next_secret_hash: Buffer | null
  retry_after_seconds: number | null
  session_jwks: JSONWebKeySet | null
  organization_id: string | null
  member_id: string | null
  connected_app_id: string | null
}

/** What a request is looked up by. */
export interface LookupKey {
  projectId: string
  /** The hash of the secret that the request carries. Only if it is right, the request is counted. */
  secretHash: Buffer
  /** The identifiers in the path. Empty if the request is malformed: then only its project is looked up. */
  path: Partial<Ids>
  session: SessionReference
  /** The action that one of the roles of the session's Member must permit. */
  action: string
}

/** @returns the context of each key, in order; undefined where there is no such project */
async function loadContexts(
  database: Database,
  rateLimit: RateLimitOptions,
  keys: LookupKey[],
): Promise<(RequestContext | undefined)[]> {
  const statement = database.isDistributed ? loadWithoutMembers : loadEverything
  const rows = await database.query<Row>(statement, [
    keys.map(({ projectId }) => projectId),
    keys.map(({ path }) => path.organization_id),
    keys.map(({ path }) => path.member_id),
    keys.map(({ path }) => path.connected_app_id),
    keys.map(({ session: { token } }) => (token === undefined ? undefined : hashOf(token))),
    keys.map(({ session: { jwtSessionId } }) => jwtSessionId),
    keys.map(({ action }) => action),
    keys.map(({ secretHash }) => secretHash),
    rateLimit.requests,
    rateLimit.windowSeconds,
  ])
  return rows.map((row, index) => toContext(row, keys[index]?.projectId ?? ''))
}

/**
 * Creates the function that loads the context of a request, and counts the request against the rate
 * limit of its project.
 */
export function createContextLoader(
  database: Database,
  rateLimit: RateLimitOptions,
): (key: LookupKey) => Promise<RequestContext | undefined> {
  const batcher = new Batcher((keys: LookupKey[]) => loadContexts(database, rateLimit, keys), {
    name: loadEverything.name,
    observer: database.observer,
  })
  if (!database.isDistributed) return (key) => batcher.add(key)
  const loadMembers = createMemberLoader(database)
  return async (key) => {
    const context = await batcher.add(key)
    return context && loadMembers(key, context)
  }
}

function toContext(row: Row, projectId: string): RequestContext | undefined {
  const { secret_hash: secretHash, next_secret_hash: nextSecretHash } = row
  if (secretHash === null) return undefined
  return {
    projectId,
    secretHashes: nextSecretHash === null ? [secretHash] : [secretHash, nextSecretHash],
    retryAfterSeconds: row.retry_after_seconds ?? undefined,
    sessionKeys: row.session_jwks ?? { keys: [] },
    ids: {
      organization_id: row.organization_id ?? undefined,
      member_id: row.member_id ?? undefined,
      connected_app_id: row.connected_app_id ?? undefined,
    },
    session: toSession(row),
  }
}
