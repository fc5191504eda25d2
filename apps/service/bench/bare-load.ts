import { Client } from 'pg'
import type { Call } from './load-process.ts'

/** The database work of a revoke or an introspection, sent to PostgreSQL by the driver alone. */
export interface BareLoad {
  kind: 'bare'
  /**
   * A revoke's UPDATE and INSERT as a transaction, or both in one statement: one round trip instead of
   * four. Or the SELECT of an introspection.
   */
  form: 'transaction' | 'statement' | 'introspection'
  databaseUrl: string
  /**
   * The bucket, Organization, Member and Connected App of each authorization; or the resource server,
   * the bucket and the hash, in hexadecimal, of each token.
   */
  keys: (string | number)[][]
  connections: number
}

const update = `
  UPDATE app_authorizations SET revocation_count = revocation_count + 1
  WHERE bucket = $1 AND organization_id = $2 AND member_id = $3 AND connected_app_id = $4
  RETURNING revocation_count`
const insert = `
  INSERT INTO audit_log (action, outcome, bucket, organization_id, member_id, connected_app_id,
    request_id, project_id, revocation_count)
  SELECT 'revokeConnectedApp', 'ok', $1::integer, $2, $3, $4, 'bench', 'bench', `
const both = `WITH revoked AS (${update}) ${insert} (SELECT revocation_count FROM revoked)`

const join = `
  SELECT c.secret_hash, c.next_secret_hash, t.kind, g.organization_id, g.member_id,
    g.connected_app_id, t.payload
  FROM resource_servers c
  JOIN organizations o USING (project_id)
  JOIN active_grants g ON g.organization_id = o.organization_id
  JOIN tokens t ON t.bucket = g.bucket AND t.grant_id = g.grant_id
  WHERE c.resource_server_id = $1 AND t.bucket = $2 AND t.token_hash = decode($3, 'hex')
    AND t.kind = 'AccessToken' AND t.consumed_at IS NULL`

async function send(
  client: Client,
  form: BareLoad['form'],
  values: (string | number)[],
): Promise<void> {
  if (form === 'introspection') {
    const { rowCount } = await client.query({ name: 'join', text: join, values })
    if (rowCount !== 1) throw new Error('the token of an introspection is not active')
    return
  }
  if (form === 'statement') {
    await client.query({ name: 'both', text: both, values })
    return
  }
  await client.query('BEGIN')
  const { rows } = await client.query<{ revocation_count: string }>({
    name: 'update',
    text: update,
    values,
  })
  await client.query({
    name: 'insert',
    text: `${insert} $5::bigint`,
    values: [...values, rows[0]?.revocation_count ?? 0],
  })
  await client.query('COMMIT')
}

/** Prepares connections to PostgreSQL that do the work of one call after the other. */
export function prepareBare({ form, databaseUrl, keys }: BareLoad): () => Promise<Call> {
  return async () => {
    const client = new Client({ connectionString: databaseUrl })
    await client.connect()
    return (index) => send(client, form, keys[index % keys.length] ?? [])
  }
}
