import type { AdapterPayload } from 'oidc-provider'
import { causeOfEnd, endGrants } from '../audit/grant-ends.ts'
import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import { commitOnDisk } from '../postgres/database.ts'
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
    INSERT INTO tokens (organization_id, token_hash, kind, grant_id, payload, expires_at)
    SELECT organization_id, $1, $2, grant_id, $4, now() + make_interval(secs => $5)
    FROM active_grants WHERE grant_id = $3
    RETURNING ${commitOnDisk}`,
}

/**
 * Whether a consumed token may be used again, where $3 is the length of the interval in seconds. The
 * interval begins with the first use, which is also the time that stays stored: if a repeat counted
 * as a new beginning, repeats could go on forever. Its length has to be compared with zero, since
 * this transaction may have begun before the one that consumed the token.
 */
const isReusable = `($3::int > 0 AND t.consumed_at > now() - make_interval(secs => $3::int))`

const find = {
  name: 'find-token',
  text: `
    SELECT t.payload, t.organization_id, t.grant_id, g.member_id, g.connected_app_id, g.scope,
      extract(epoch FROM t.expires_at)::int AS exp,
      CASE WHEN ${isReusable} THEN NULL ELSE extract(epoch FROM t.consumed_at)::int END AS consumed
    FROM tokens t JOIN active_grants g USING (organization_id, grant_id)
    WHERE t.token_hash = $1 AND t.kind = $2`,
}

const consume = {
  name: 'consume-token',
  text: `
    UPDATE tokens t SET consumed_at = coalesce(t.consumed_at, now())
    FROM active_grants g
    WHERE t.token_hash = $1 AND t.kind = $2 AND (t.consumed_at IS NULL OR ${isReusable})
      AND g.organization_id = t.organization_id AND g.grant_id = t.grant_id
    RETURNING ${commitOnDisk}`,
}

const endGrant = {
  name: 'end-grant-of-token',
  text: endGrants(`(a.organization_id, a.grant_id) = (
    SELECT organization_id, grant_id FROM tokens WHERE token_hash = $3 AND kind = $4 LIMIT 1)`),
}

const remove = {
  name: 'delete-token',
  text: `DELETE FROM tokens WHERE token_hash = $1 AND kind = $2 RETURNING ${commitOnDisk}`,
}

/** @returns false if the grant is not active, in which case nothing was issued */
export async function issueToken(database: Database, token: NewToken): Promise<boolean> {
  const issued = await database.execute(issue, [
    hashOf(token.value),
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
  }>(find, [hashOf(value), kind, reuseSeconds])
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
  return (await database.execute(consume, [hashOf(value), kind, reuseSeconds])) === 1
}

/** Ends the grant that a token belongs to, and thereby all tokens of that grant. */
export async function endGrantOfToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<void> {
  await database.execute(endGrant, [...causeOfEnd(), hashOf(value), kind])
}

/** Deletes one token (RFC 7009). Its grant stays active, as do the other tokens of that grant. */
export async function deleteToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<void> {
  await database.execute(remove, [hashOf(value), kind])
}
