import { bucketIn } from '../../bucket.ts'
import { hashOf, isOneOf } from '../../hash.ts'
import { batchStatement, perBucket, runBatch } from '../../postgres/batch-statement.ts'
import { Batcher } from '../../postgres/batcher.ts'
import type { Database } from '../../postgres/database.ts'
import { hasNoNul, lengthOf } from '../../postgres/database.ts'

/** What an introspection is looked up by. */
export interface LookupKey {
  callerId: string
  /** Undefined to look up the caller alone. */
  token: string | undefined
}

/** Who introspects, and the token, if it is active and the caller may know. */
export interface Lookup {
  projectId: string
  /** The hashes of the secrets that are accepted: two while the secret is replaced. */
  secretHashes: Buffer[]
  /** Whether the caller is a Connected App without a secret. */
  isPublic: boolean
  token: ActiveToken | undefined
}

/** A token whose grant was active when the statement ran. */
export interface ActiveToken {
  kind: 'AccessToken' | 'RefreshToken'
  organizationId: string
  memberId: string
  connectedAppId: string
  grantId: string
  payload: TokenPayload
}

/** The part of what oidc-provider saved that an introspection shows. Times are in seconds. */
interface TokenPayload {
  scope?: string
  iat: number
  exp: number
}

// A Connected App sees its own access and refresh tokens. A resource server, and the project itself,
// see every access token of the project. LIMIT keeps PostgreSQL from joining whole tables.
const find = batchStatement(
  'introspect-tokens',
  3,
  (onlyIn) => `
    SELECT c.is_app, c.project_id, c.secret_hash, c.next_secret_hash,
      t.kind, t.organization_id, t.member_id, t.connected_app_id, t.grant_id, t.payload
    FROM (
      SELECT * FROM unnest($1::text[], $2::integer[], $3::bytea[])
        WITH ORDINALITY LIMIT ${lengthOf('$1')}
    ) AS k (caller_id, bucket, token_hash, position)
    LEFT JOIN LATERAL (
      SELECT true AS is_app, project_id, secret_hash, next_secret_hash
        FROM connected_apps WHERE connected_app_id = k.caller_id
      UNION ALL
      SELECT false, project_id, secret_hash, next_secret_hash
        FROM resource_servers WHERE resource_server_id = k.caller_id
      UNION ALL
      SELECT false, project_id, secret_hash, next_secret_hash
        FROM projects WHERE project_id = k.caller_id
      LIMIT 1
    ) c ON true
    LEFT JOIN LATERAL (
      SELECT t.kind, g.organization_id, g.member_id, g.connected_app_id, t.grant_id, t.payload
      FROM tokens t
      JOIN active_grants g USING (bucket, grant_id)
      JOIN organizations o ON o.organization_id = g.organization_id
      WHERE t.bucket = k.bucket ${onlyIn('t.bucket')}
        AND t.token_hash = k.token_hash AND t.consumed_at IS NULL
        AND CASE WHEN c.is_app
          THEN g.connected_app_id = k.caller_id AND t.kind IN ('AccessToken', 'RefreshToken')
          ELSE o.project_id = c.project_id AND t.kind = 'AccessToken' END
      LIMIT 1
    ) t ON true
    ORDER BY k.position`,
)

interface Row {
  /** NULL if there is no such caller. */
  is_app: boolean | null
  project_id: string
  secret_hash: Buffer | null
  next_secret_hash: Buffer | null
  /** NULL, like everything after it, if the caller sees no active token. */
  kind: ActiveToken['kind'] | null
  organization_id: string
  member_id: string
  connected_app_id: string
  grant_id: string
  payload: TokenPayload
}

/** Creates the function that looks introspections up; those that come at the same time, in one statement. */
export function createLookup(database: Database): (key: LookupKey) => Promise<Lookup | undefined> {
  const batcher = new Batcher((keys: LookupKey[]) => lookUp(database, keys), {
    name: find.name,
    observer: database.observer,
    ...perBucket(database, bucketOfKey),
  })
  return (key) => (hasNoNul(key.callerId) ? batcher.add(key) : Promise.resolve(undefined))
}

function bucketOfKey({ token }: LookupKey): number | undefined {
  return token === undefined ? undefined : bucketIn(token)
}

/** @returns the result for each key, in order; undefined where there is no such caller */
async function lookUp(database: Database, keys: LookupKey[]): Promise<(Lookup | undefined)[]> {
  const buckets = keys.map(bucketOfKey)
  const values = [
    keys.map(({ callerId }) => callerId),
    buckets,
    keys.map(({ token }) => (token === undefined ? undefined : hashOf(token))),
  ]
  const { rows } = await runBatch<Row>(database, find, values, buckets)
  return rows.map(toLookup)
}

function toLookup(row: Row): Lookup | undefined {
  if (row.is_app === null) return undefined
  const { kind, payload } = row
  return {
    projectId: row.project_id,
    secretHashes: [row.secret_hash, row.next_secret_hash].filter((hash) => hash !== null),
    isPublic: row.secret_hash === null,
    token:
      kind === null
        ? undefined
        : {
            kind,
            organizationId: row.organization_id,
            memberId: row.member_id,
            connectedAppId: row.connected_app_id,
            grantId: row.grant_id,
            payload,
          },
  }
}

/** Whether the secret is one of the caller's, or the caller has none and is public. */
export function isAuthenticated(
  { secretHashes, isPublic }: Pick<Lookup, 'secretHashes' | 'isPublic'>,
  secret: string | undefined,
): boolean {
  if (isPublic || secret === undefined) return isPublic && secret === undefined
  return isOneOf(secretHashes, hashOf(secret))
}
