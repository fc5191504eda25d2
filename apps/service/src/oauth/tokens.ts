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

const find = {
  name: 'find-token',
  text: `
    SELECT t.payload, t.organization_id, t.grant_id, extract(epoch FROM t.consumed_at)::int AS consumed
    FROM tokens t JOIN active_grants g USING (organization_id, grant_id)
    WHERE t.token_hash = $1 AND t.kind = $2`,
}

const consume = {
  name: 'consume-token',
  text: `
    UPDATE tokens t SET consumed_at = now()
    FROM active_grants g
    WHERE t.token_hash = $1 AND t.kind = $2 AND t.consumed_at IS NULL
      AND g.organization_id = t.organization_id AND g.grant_id = t.grant_id
    RETURNING ${commitOnDisk}`,
}

const endGrant = {
  name: 'end-grant-of-token',
  text: endGrants(`(organization_id, grant_id) = (
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

/** Finds a token whose grant is active. */
export async function findToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<AdapterPayload | undefined> {
  const [row] = await database.query<{
    payload: AdapterPayload
    organization_id: string
    grant_id: string
    consumed: number | null
  }>(find, [hashOf(value), kind])
  if (row === undefined) return undefined
  const { payload, organization_id, grant_id: grantId, consumed } = row
  noteIds({ organization_id, grant_id: grantId })
  return { ...payload, jti: value, grantId, ...(consumed !== null && { consumed }) }
}

/** Consumes a code or refresh token. Of any number of concurrent callers, one gets true. */
export async function consumeToken(
  database: Database,
  kind: TokenKind,
  value: string,
): Promise<boolean> {
  return (await database.execute(consume, [hashOf(value), kind])) === 1
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
