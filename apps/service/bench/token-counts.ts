import type { Pool, PoolClient } from 'pg'
import { bucketIn, bucketOf } from '../src/bucket.ts'
import type { IssuedGrant } from '../test/support/many-grants.ts'
import { addManyGrants } from '../test/support/many-grants.ts'

const tokenCounts = [1, 1000, 100_000, 1_000_000] as const
const revokesPerCount = 150
const warmUps = 30

export interface TokenCountResult {
  tokens: number
  /** The service, over HTTP, until the revoke is on disk. */
  revokeMs: number
  /** What oidc-provider makes an adapter do: a DELETE for each kind of token, and for the grant. */
  providerMs: number
  /** One DELETE of all tokens. */
  deleteMs: number
}

/**
 * Measures how long one revoke takes, depending on the number of tokens of the grant. The designs
 * that delete rows are measured by their statements alone, without HTTP and without the commit.
 */
export async function measureTokenCounts(pool: Pool, url: string): Promise<TokenCountResult[]> {
  const grants = await addManyGrants(pool, [url], tokenCounts.length)
  for (const [index, grant] of grants.entries()) {
    await addTokens(pool, grant, tokenCounts[index] ?? 0)
  }
  await pool.query('VACUUM ANALYZE tokens')
  await pool.query('CHECKPOINT')

  const revokes = grants.map((): number[] => [])
  for (let round = -warmUps; round < revokesPerCount; round += 1) {
    // The counts take turns, so that other work on this machine affects all alike.
    for (const [index, grant] of grants.entries()) {
      const duration = await timeRevoke(grant)
      await restore(pool, grant)
      if (round >= 0) revokes[index]?.push(duration)
    }
  }
  const results: TokenCountResult[] = []
  for (const [index, grant] of grants.entries()) {
    const tokens = tokenCounts[index] ?? 0
    if (!(await grant.system.introspect(grant.accessToken))) {
      throw new Error('the tokens under measurement are not active')
    }
    const rounds = tokens > 1000 ? 1 : 15
    results.push({
      tokens,
      revokeMs: median(revokes[index] ?? []),
      providerMs: await timeRolledBack(pool, rounds, (client) => deleteLikeProvider(client, grant)),
      deleteMs: await timeRolledBack(pool, rounds, (client) => deleteAll(client, grant)),
    })
  }
  return results
}

function median(values: number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function addTokens(pool: Pool, grant: IssuedGrant, count: number): Promise<void> {
  const client = await pool.connect()
  await client.query('BEGIN')
  // Skips the check of a million foreign keys, which would take most of the time.
  await client.query('SET LOCAL session_replication_role = replica')
  await client.query(
    `INSERT INTO tokens (bucket, token_hash, kind, grant_id, payload, expires_at)
     SELECT bucket, decode(md5(grant_id || n) || md5(n || grant_id), 'hex'), kind,
       grant_id, payload, expires_at
     FROM tokens, generate_series(2, $3::int) AS n
     WHERE bucket = $1 AND token_hash = sha256(convert_to($2, 'UTF8'))`,
    [bucketIn(grant.accessToken), grant.accessToken, count],
  )
  // Deletes the code and the refresh token that every copied grant has.
  await client.query(
    `DELETE FROM tokens WHERE kind <> 'AccessToken' AND bucket = $1 AND grant_id =
       (SELECT grant_id FROM tokens WHERE bucket = $1 AND token_hash = sha256(convert_to($2, 'UTF8')))`,
    [bucketIn(grant.accessToken), grant.accessToken],
  )
  await client.query('COMMIT')
  client.release()
}

async function timeRevoke({ system }: IssuedGrant): Promise<number> {
  const before = performance.now()
  await system.revoke()
  return performance.now() - before
}

/** Makes the tokens active again, so that the next revoke has as many to end. */
async function restore(pool: Pool, { authorization }: IssuedGrant): Promise<void> {
  await pool.query(
    `UPDATE app_authorizations SET revocation_count = 0
     WHERE bucket = $1 AND organization_id = $2 AND member_id = $3 AND connected_app_id = $4`,
    [
      bucketOf(authorization.organizationId),
      authorization.organizationId,
      authorization.memberId,
      authorization.connectedAppId,
    ],
  )
}

/** Measures a deletion, and rolls it back. */
async function timeRolledBack(
  pool: Pool,
  rounds: number,
  remove: (client: PoolClient) => Promise<void>,
): Promise<number> {
  const durations: number[] = []
  const client = await pool.connect()
  for (let round = 0; round < rounds; round += 1) {
    await client.query('BEGIN')
    const before = performance.now()
    await remove(client)
    durations.push(performance.now() - before)
    await client.query('ROLLBACK')
  }
  client.release()
  return median(durations)
}

/** The same as helpers/revoke.js of oidc-provider does with a plain adapter. */
async function deleteLikeProvider(client: PoolClient, grant: IssuedGrant): Promise<void> {
  const key = [bucketIn(grant.grantId), grant.grantId]
  for (const kind of ['AccessToken', 'RefreshToken', 'AuthorizationCode']) {
    await client.query('DELETE FROM tokens WHERE bucket = $1 AND grant_id = $2 AND kind = $3', [
      ...key,
      kind,
    ])
  }
  await client.query('DELETE FROM grants WHERE bucket = $1 AND grant_id = $2', key)
}

async function deleteAll(client: PoolClient, { grantId }: IssuedGrant): Promise<void> {
  await client.query('DELETE FROM tokens WHERE bucket = $1 AND grant_id = $2', [
    bucketIn(grantId),
    grantId,
  ])
}
