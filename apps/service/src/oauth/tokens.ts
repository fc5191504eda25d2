import type { AdapterPayload } from 'oidc-provider'
import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'

/** What lives and dies with a grant. */
export type TokenKind = 'AuthorizationCode' | 'AccessToken' | 'RefreshToken'

export interface NewToken {
  kind: TokenKind
  value: string
  grantId: string
  payload: AdapterPayload
  /** Undefined is at once: each kind of token has a time to live. */
  expiresInSeconds: number | undefined
}

const issue = {
  name: 'issue-token',
  text: `
    INSERT INTO tokens (organization_id, token_hash, kind, grant_id, payload, expires_at)
    SELECT organization_id, $1, $2, grant_id, $4, now() + make_interval(secs => $5)
    FROM active_grants WHERE grant_id = $3`,
}

const find = {
  name: 'find-token',
  text: `
    SELECT t.payload, t.grant_id, extract(epoch FROM t.consumed_at)::int AS consumed
    FROM tokens t JOIN active_grants g USING (organization_id, grant_id)
    WHERE t.token_hash = $1 AND t.kind = $2`,
}

const consume = {
  name: 'consume-token',
  text: `
    UPDATE tokens t SET consumed_at = now()
    FROM active_grants g
    WHERE t.token_hash = $1 AND t.kind = $2 AND t.consumed_at IS NULL
      AND g.organization_id = t.organization_id AND g.grant_id = t.grant_id`,
}

const endGrant = {
  name: 'end-grant-of-token',
  text: `
    UPDATE grants g SET ended_at = now()
    FROM tokens t
    WHERE t.token_hash = $1 AND t.kind = $2 AND g.ended_at IS NULL
      AND g.organization_id = t.organization_id AND g.grant_id = t.grant_id`,
}

const discard = {
  name: 'discard-token',
  text: 'DELETE FROM tokens WHERE token_hash = $1 AND kind = $2',
}

/** @returns false if the grant is not alive, and so nothing was issued */
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

/** Finds a token whose grant is alive. */
export async function findToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<AdapterPayload | undefined> {
  const [row] = await database.query<{
    payload: AdapterPayload
    grant_id: string
    consumed: number | null
  }>(find, [hashOf(value), kind])
  if (row === undefined) return undefined
  const { payload, grant_id: grantId, consumed } = row
  return { ...payload, jti: value, grantId, ...(consumed !== null && { consumed }) }
}

/** Uses a code or refresh token up. Of any number of callers exactly one is told true. */
export async function consumeToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<boolean> {
  return (await database.execute(consume, [hashOf(value), kind])) === 1
}

/** Ends the grant that a token belongs to, and with it the token and all its siblings. */
export async function endGrantOfToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<void> {
  await database.execute(endGrant, [hashOf(value), kind])
}

/** Removes one token (RFC 7009); its grant and its siblings stay. */
export async function discardToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<void> {
  await database.execute(discard, [hashOf(value), kind])
}
