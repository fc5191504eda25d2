import { randomUUID } from 'node:crypto'
import type { AdapterPayload } from 'oidc-provider'
import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'

const meet = {
  name: 'meet-connection',
  text: `
    INSERT INTO app_authorizations (organization_id, member_id, connected_app_id)
    SELECT m.organization_id, m.member_id, a.connected_app_id
    FROM members m
    JOIN organizations o USING (organization_id)
    JOIN connected_apps a USING (project_id)
    WHERE m.member_id = $1 AND a.connected_app_id = $2
    ON CONFLICT DO NOTHING`,
}

const open = {
  name: 'open-consent',
  text: `
    UPDATE oidc_sessions s SET consent_epoch = coalesce(s.consent_epoch, c.revocation_count)
    FROM members m JOIN app_authorizations c USING (organization_id, member_id)
    WHERE s.kind = 'Interaction' AND s.id_hash = $1
      AND m.member_id = $2 AND c.connected_app_id = $3
    RETURNING s.consent_epoch = c.revocation_count AS current`,
}

const approve = {
  name: 'approve-consent',
  text: `
    INSERT INTO grants (organization_id, grant_id, member_id, connected_app_id, epoch, scope)
    SELECT organization_id, $4, member_id, c.connected_app_id, s.consent_epoch, $5
    FROM oidc_sessions s, members m JOIN app_authorizations c USING (organization_id, member_id)
    WHERE s.kind = 'Interaction' AND s.id_hash = $1
      AND m.member_id = $2 AND c.connected_app_id = $3
      AND c.revocation_count = s.consent_epoch
    RETURNING grant_id`,
}

const find = {
  name: 'find-grant',
  text: `
    SELECT member_id, connected_app_id, scope, extract(epoch FROM created_at)::int AS iat
    FROM active_grants WHERE grant_id = $1`,
}

const end = {
  name: 'end-grant',
  text: 'UPDATE grants SET ended_at = now() WHERE grant_id = $1 AND ended_at IS NULL',
}

/** A consent page: the interaction that it belongs to, who looks at it, and who asks. */
export interface Consent {
  interactionId: string
  memberId: string
  connectedAppId: string
}

/**
 * Remembers how often this connection had been revoked when the page was first opened.
 *
 * @returns `open`; `overtaken` if a revoke came since then; `impossible` if the Member and the
 * Connected App belong to different projects
 */
export async function openConsent(
  database: Database,
  { interactionId, memberId, connectedAppId }: Consent,
): Promise<'open' | 'superseded' | 'impossible'> {
  await database.execute(meet, [memberId, connectedAppId])
  const [row] = await database.query<{ current: boolean }>(open, [
    hashOf(interactionId),
    memberId,
    connectedAppId,
  ])
  if (row === undefined) return 'impossible'
  return row.current ? 'open' : 'superseded'
}

/**
 * Makes a new grant, if no revoke came since the page was opened. Even one that comes at the very
 * same moment wins: the grant carries the count that the page remembered, and is born dead.
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
  return row?.grant_id
}

/** Finds a grant that is alive, in the form that oidc-provider keeps grants in. */
export async function findGrant(
  database: Database,
  grantId: string,
): Promise<AdapterPayload | undefined> {
  const [row] = await database.query<{
    member_id: string
    connected_app_id: string
    scope: string
    iat: number
  }>(find, [grantId])
  if (row === undefined) return undefined
  return {
    kind: 'Grant',
    jti: grantId,
    iat: row.iat,
    accountId: row.member_id,
    clientId: row.connected_app_id,
    openid: { scope: row.scope },
  }
}

/** Ends one grant, and with it each of its tokens. Ending it again changes nothing. */
export async function endGrant(database: Database, grantId: string): Promise<void> {
  await database.execute(end, [grantId])
}
