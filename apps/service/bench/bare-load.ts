import { Client } from 'pg'
import type { LoadResult } from './http-load.ts'

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
  seconds: number
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

export async function loadBare(load: BareLoad): Promise<LoadResult> {
  const latencies: number[] = []
  let sent = 0
  const startedAt = performance.now()
  const endAt = startedAt + load.seconds * 1000
  const work = async (): Promise<void> => {
    const client = new Client({ connectionString: load.databaseUrl })
    await client.connect()
    while (performance.now() < endAt) {
      const before = performance.now()
      sent += 1
      const values = load.keys[sent % load.keys.length] ?? []
      await send(client, load.form, values)
      latencies.push(performance.now() - before)
    }
    await client.end()
  }
  await Promise.all(Array.from({ length: load.connections }, work))
  const seconds = (performance.now() - startedAt) / 1000
  const sorted = latencies.toSorted((left, right) => left - right)
  return {
    perSecond: latencies.length / seconds,
    p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    failed: 0,
  }
}
