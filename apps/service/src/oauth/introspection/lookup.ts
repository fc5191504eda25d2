import { bucketIn } from '../../bucket.ts'
import { hashOf, isOneOf } from '../../hash.ts'
import type { OnlyIn } from '../../postgres/batch-statement.ts'
import { batchStatement, perBucket, runBatch } from '../../postgres/batch-statement.ts'
import { Batcher } from '../../postgres/batcher.ts'
import type { Database } from '../../postgres/database.ts'
import type { Statement } from '../../postgres/statement.ts'
import { hasNoNul, lengthOf } from '../../postgres/statement.ts'
import type { ReadReplica } from '../../postgres/replica/read-replica.ts'
import { replicaSlot } from '../../postgres/replica/read-replica.ts'

/** What an introspection is looked up by. */
export interface LookupKey {
  callerId: string
  /** Undefined to look up the caller alone. */
  token: string | undefined
  /** What the caller authenticates itself with. A replica may not have a new one yet. */
  secret?: string | undefined
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
const textOf = (onlyIn: OnlyIn, columns = ''): string => `
    SELECT c.is_app, c.project_id, c.secret_hash, c.next_secret_hash,
      t.kind, t.organization_id, t.member_id, t.connected_app_id, t.grant_id, t.payload ${columns}
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
    ORDER BY k.position`

const find = batchStatement('introspect-tokens', 3, (onlyIn) => textOf(onlyIn))

const findOnReplica: Statement = {
  name: 'introspect-tokens-on-replica',
  text: textOf(
    () => '',
    `, (SELECT kind FROM tokens WHERE bucket = k.bucket AND token_hash = k.token_hash) IS NOT NULL
      AS is_known, ${replicaSlot} AS replica_slot`,
  ),
}

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

type LookupReplica = Pick<ReadReplica, 'isTrusted' | 'query'>

interface ReplicaRow extends Row {
  /** Whether the token is there, be it active or not. */
  is_known: boolean
  replica_slot: string | null
}

/**
 * Creates the function that looks introspections up; those that come at the same time, in one statement.
 *
 * @param replica if given, only what it does not know, or can't be trusted with, is read from `database`
 */
export function createLookup(
  database: Database,
  replica?: LookupReplica,
): (key: LookupKey) => Promise<Lookup | undefined> {
  const { observer } = database
  const batcher = new Batcher((keys: LookupKey[]) => lookUp(database, keys), {
    name: find.name,
    observer,
    ...perBucket(database, bucketOfKey),
  })
  const look = replica === undefined ? (key: LookupKey) => batcher.add(key) : preferReplica(replica)
  return (key) => (hasNoNul(key.callerId) ? look(key) : Promise.resolve(undefined))

  function preferReplica(from: LookupReplica): (key: LookupKey) => Promise<Lookup | undefined> {
    const onReplica = new Batcher((keys: LookupKey[]) => lookUpOnReplica(from, keys), {
      name: findOnReplica.name,
      observer,
    })
    return async (key) => {
      const found = from.isTrusted ? await onReplica.add(key) : 'in_doubt'
      if (typeof found === 'object' && isAuthenticated(found, key.secret)) {
        observer.observeReplicaLookup('used')
        return found
      }
      observer.observeReplicaLookup(found === 'in_doubt' ? found : 'unknown')
      return batcher.add(key)
    }
  }
}

function bucketOfKey({ token }: LookupKey): number | undefined {
  return token === undefined ? undefined : bucketIn(token)
}

/** @returns the result for each key, in order; undefined where there is no such caller */
async function lookUp(database: Database, keys: LookupKey[]): Promise<(Lookup | undefined)[]> {
  const { rows } = await runBatch<Row>(database, find, valuesOf(keys), keys.map(bucketOfKey))
  return rows.map(toLookup)
}

/**
 * @returns the result for each key, in order. A token that is not active on the replica is not active at
 * all, but one that it doesn't know may be newer than what it has; so may be a caller.
 */
async function lookUpOnReplica(
  replica: LookupReplica,
  keys: LookupKey[],
): Promise<(Lookup | 'in_doubt' | 'unknown')[]> {
  const rows = await replica.query<ReplicaRow>(findOnReplica, valuesOf(keys))
  if (rows === undefined) return keys.map(() => 'in_doubt')
  return rows.map((row) => (row.is_known ? (toLookup(row) ?? 'unknown') : 'unknown'))
}

function valuesOf(keys: LookupKey[]): unknown[] {
  return [
    keys.map(({ callerId }) => callerId),
    keys.map(bucketOfKey),
    keys.map(({ token }) => (token === undefined ? undefined : hashOf(token))),
  ]
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
