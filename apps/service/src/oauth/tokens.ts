import type { AdapterPayload } from 'oidc-provider'
import { endGrants, grantEnd } from '../audit/grant-ends.ts'
import { bucketIn } from '../bucket.ts'
import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import { commitOnDisk } from '../postgres/statement.ts'
import { noteIds } from '../server/request-scope.ts'

/** The tokens and codes that are tied to a grant. */
export type TokenKind = 'AuthorizationCode' | 'AccessToken' | 'RefreshToken'

export interface NewToken {
  kind: TokenKind
  value: string
  grantId: string
  payload: AdapterPayload
  /** Undefined means that it expires at once, since every kind of token has a lifetime. */
  expiresInSeconds: number | undefined
}

const issue = {
  name: 'issue-token',
  text: `
    WITH g AS MATERIALIZED (
      SELECT bucket, grant_id FROM active_grants WHERE bucket = $1 AND grant_id = $4
    )
    INSERT INTO tokens (bucket, token_hash, kind, grant_id, payload, expires_at)
    SELECT bucket, $2, $3, grant_id, $5, now() + make_interval(secs => $6) FROM g
    RETURNING ${commitOnDisk}`,
}

/**
 * Whether a consumed token may be used again, where $4 is the length of the interval in seconds. The
 * interval begins with the first use, which is also the time that stays stored: if a repeat counted
 * as a new beginning, repeats could go on forever. Its length has to be compared with zero, since
 * this transaction may have begun before the one that consumed the token.
 */
const isReusable = `($4::int > 0 AND t.consumed_at > now() - make_interval(secs => $4::int))`

const find = {
  name: 'find-token',
  text: `
    SELECT t.payload, g.organization_id, t.grant_id, g.member_id, g.connected_app_id, g.scope,
      extract(epoch FROM t.expires_at)::int AS exp,
      CASE WHEN ${isReusable} THEN NULL ELSE extract(epoch FROM t.consumed_at)::int END AS consumed
    FROM tokens t JOIN active_grants g USING (bucket, grant_id)
    WHERE t.bucket = $1 AND t.token_hash = $2 AND t.kind = $3`,
}

// least() ignores NULL, so the time is that of the first use.
const consume = {
  name: 'consume-token',
  text: `
    UPDATE tokens t SET consumed_at = least(t.consumed_at, now())
    FROM active_grants g
    WHERE t.bucket = $1 AND t.token_hash = $2 AND t.kind = $3
      AND (t.consumed_at IS NULL OR ${isReusable})
      AND g.bucket = t.bucket AND g.grant_id = t.grant_id
    RETURNING ${commitOnDisk}`,
}

const endGrant = grantEnd(
  'end-grant-of-token',
  `a.bucket = $3 AND a.grant_id = (
    SELECT grant_id FROM tokens WHERE bucket = $3 AND token_hash = $4 AND kind = $5)`,
)

const remove = {
  name: 'delete-token',
  text: `DELETE FROM tokens WHERE bucket = $1 AND token_hash = $2 AND kind = $3
    RETURNING ${commitOnDisk}`,
}

/** The key of a token. One that does not name its bucket was not issued here, and is not found. */
function keyOf(value: string): [bucket: number | undefined, tokenHash: Buffer] {
  return [bucketIn(value), hashOf(value)]
}

/** @returns false if the grant is not active, in which case nothing was issued */
export async function issueToken(database: Database, token: NewToken): Promise<boolean> {
  const issued = await database.execute(issue, [
    ...keyOf(token.value),
    token.kind,
    token.grantId,
    token.payload,
    token.expiresInSeconds ?? 0,
  ])
  return issued === 1
}

/**
 * Finds a token whose grant is active. It is found as consumed unless it may still be used again.
 *
 * @param reuseSeconds for how long a consumed token may be used again
 */
export async function findToken(
  database: Database,
  kind: TokenKind,
  value: string,
  reuseSeconds: number,
): Promise<AdapterPayload | undefined> {
  const [row] = await database.query<{
    payload: AdapterPayload | null
    organization_id: string
    grant_id: string
    member_id: string
    connected_app_id: string
    scope: string
    exp: number
    consumed: number | null
  }>(find, [...keyOf(value), kind, reuseSeconds])
  if (row === undefined) return undefined
  const { payload, organization_id, grant_id: grantId, exp, consumed } = row
  noteIds({ organization_id, grant_id: grantId })
  // The cleanup removes the payload of a consumed token. This much of it is needed to recognize a
  // replay by the same client, which ends the grant.
  const fallback = { kind, accountId: row.member_id, clientId: row.connected_app_id, exp }
  return {
    ...(payload ?? { ...fallback, scope: row.scope }),
    jti: value,
    grantId,
    ...(consumed !== null && { consumed }),
  }
}

/**
 * Consumes a code or refresh token. Of any number of concurrent callers, one gets true; so do those
 * that repeat it within the interval.
 *
 * @param reuseSeconds for how long a consumed token may be used again
 */
export async function consumeToken(
  database: Database,
  kind: TokenKind,
  value: string,
  reuseSeconds: number,
): Promise<boolean> {
  return (await database.execute(consume, [...keyOf(value), kind, reuseSeconds])) === 1
}

/** Ends the grant that a token belongs to, and thereby all tokens of that grant. */
export async function endGrantOfToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<void> {
  await endGrants(database, endGrant, [...keyOf(value), kind])
}

/** Deletes one token (RFC 7009). Its grant stays active, as do the other tokens of that grant. */
export async function deleteToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<void> {
  await database.execute(remove, [...keyOf(value), kind])
}
