import { randomUUID } from 'node:crypto'
import type { AdapterPayload } from 'oidc-provider'
import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import { commitOnDisk } from '../postgres/database.ts'
import { noteIds } from '../server/request-scope.ts'

const ensureAuthorization = {
  name: 'ensure-app-authorization',
  text: `
    INSERT INTO app_authorizations (organization_id, member_id, connected_app_id)
    SELECT m.organization_id, m.member_id, a.connected_app_id
    FROM members m
    JOIN organizations o USING (organization_id)
    JOIN connected_apps a USING (project_id)
    WHERE m.member_id = $1 AND a.connected_app_id = $2
    ON CONFLICT DO NOTHING RETURNING ${commitOnDisk}`,
}

const open = {
  name: 'open-consent',
  text: `
    UPDATE oidc_sessions s SET consent_epoch = coalesce(s.consent_epoch, aa.revocation_count)
    FROM members m JOIN app_authorizations aa USING (organization_id, member_id)
    WHERE s.kind = 'Interaction' AND s.id_hash = $1
      AND m.member_id = $2 AND aa.connected_app_id = $3
    RETURNING s.consent_epoch = aa.revocation_count AS current, ${commitOnDisk}`,
}

const approve = {
  name: 'approve-consent',
  text: `
    INSERT INTO grants (organization_id, grant_id, member_id, connected_app_id, epoch, scope)
    SELECT organization_id, $4, member_id, aa.connected_app_id, s.consent_epoch, $5
    FROM oidc_sessions s, members m JOIN app_authorizations aa USING (organization_id, member_id)
    WHERE s.kind = 'Interaction' AND s.id_hash = $1
      AND m.member_id = $2 AND aa.connected_app_id = $3
      AND aa.revocation_count = s.consent_epoch
    RETURNING grant_id, ${commitOnDisk}`,
}

const find = {
  name: 'find-grant',
  text: `
    SELECT organization_id, member_id, connected_app_id, scope, extract(epoch FROM created_at)::int AS iat
    FROM active_grants WHERE grant_id = $1`,
}

const end = {
  name: 'end-grant',
  text: `UPDATE grants SET ended_at = now() WHERE grant_id = $1 AND ended_at IS NULL
    RETURNING ${commitOnDisk}`,
}

/** Identifies a consent page: its interaction, the Member, and the Connected App. */
export interface Consent {
  interactionId: string
  memberId: string
  connectedAppId: string
}

/**
 * Makes sure that the Member and the Connected App have a row, and records its revocation counter
 * when the page is first opened.
 *
 * @returns `open`; `superseded` if there was a revoke since then; `forbidden` if the Member and the
 * Connected App belong to different projects
 */
export async function openConsent(
  database: Database,
  { interactionId, memberId, connectedAppId }: Consent,
): Promise<'open' | 'superseded' | 'forbidden'> {
  await database.execute(ensureAuthorization, [memberId, connectedAppId])
  const [row] = await database.query<{ current: boolean }>(open, [
    hashOf(interactionId),
    memberId,
    connectedAppId,
  ])
  if (row === undefined) return 'forbidden'
  return row.current ? 'open' : 'superseded'
}

/**
 * Creates a grant, unless there was a revoke since the page was opened. Even a concurrent revoke
 * wins: the grant has the counter value that the page recorded, so it is created already revoked.
 *
 * @returns the grant's id, or undefined if nothing was granted
 */
export async function approveConsent(
  database: Database,
  { interactionId, memberId, connectedAppId }: Consent,
  scope: string,
): Promise<string | undefined> {
  const [row] = await database.query<{ grant_id: string }>(approve, [
    hashOf(interactionId),
    memberId,
    connectedAppId,
    `grant-${randomUUID()}`,
    scope,
  ])
  noteIds({ grant_id: row?.grant_id })
  return row?.grant_id
}

/** Finds an active grant, in the format of oidc-provider. */
export async function findGrant(
  database: Database,
  grantId: string,
): Promise<AdapterPayload | undefined> {
  const [row] = await database.query<{
    organization_id: string
    member_id: string
    connected_app_id: string
    scope: string
    iat: number
  }>(find, [grantId])
  if (row === undefined) return undefined
  const { organization_id, member_id } = row
  noteIds({ organization_id, member_id, grant_id: grantId })
  return {
    kind: 'Grant',
    jti: grantId,
    iat: row.iat,
    accountId: row.member_id,
    clientId: row.connected_app_id,
    openid: { scope: row.scope },
  }
}

/** Ends one grant, and thereby all of its tokens. Ending it again has no effect. */
export async function endGrant(database: Database, grantId: string): Promise<void> {
  await database.execute(end, [grantId])
}
