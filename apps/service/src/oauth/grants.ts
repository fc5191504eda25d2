import { randomUUID } from 'node:crypto'
import type { AdapterPayload } from 'oidc-provider'
import { causeOfEnd, endGrants } from '../audit/grant-ends.ts'
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
    WITH granted AS (
      INSERT INTO grants (organization_id, grant_id, member_id, connected_app_id, epoch, scope)
      SELECT organization_id, $4, member_id, aa.connected_app_id, s.consent_epoch, $5
      FROM oidc_sessions s, members m JOIN app_authorizations aa USING (organization_id, member_id)
      WHERE s.kind = 'Interaction' AND s.id_hash = $1
        AND m.member_id = $2 AND aa.connected_app_id = $3
        AND aa.revocation_count = s.consent_epoch
      RETURNING organization_id, grant_id, member_id, connected_app_id
    ), audited AS (
      INSERT INTO audit_log (action, outcome, request_id, project_id, actor_member_id,
        organization_id, member_id, connected_app_id, grant_id)
      SELECT 'consent', 'ok', $6, (
          SELECT project_id FROM organizations o WHERE o.organization_id = g.organization_id),
        member_id, organization_id, member_id, connected_app_id, grant_id
      FROM granted g
    )
    SELECT grant_id, ${commitOnDisk} FROM granted`,
}

const record = {
  name: 'record-consent',
  text: `
    INSERT INTO audit_log (action, outcome, request_id, project_id, actor_member_id,
      organization_id, member_id, connected_app_id)
    SELECT 'consent', $3, $4, o.project_id, m.member_id, m.organization_id, m.member_id, $2
    FROM members m JOIN organizations o USING (organization_id)
    WHERE m.member_id = $1
    RETURNING ${commitOnDisk}`,
}

const find = {
  name: 'find-grant',
  text: `
    SELECT organization_id, member_id, connected_app_id, scope, extract(epoch FROM created_at)::int AS iat
    FROM active_grants WHERE grant_id = $1`,
}

const end = {
  name: 'end-grant',
  text: endGrants('a.grant_id = $3'),
}

/** A consent page, by its interaction, the Member and the Connected App, and a request for it. */
export interface Consent {
  interactionId: string
  memberId: string
  connectedAppId: string
  requestId: string
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
  consent: Consent,
): Promise<'open' | 'superseded' | 'forbidden'> {
  const { interactionId, memberId, connectedAppId } = consent
  await database.execute(ensureAuthorization, [memberId, connectedAppId])
  const [row] = await database.query<{ current: boolean }>(open, [
    hashOf(interactionId),
    memberId,
    connectedAppId,
  ])
  if (row?.current === true) return 'open'
  const rejection = row === undefined ? 'forbidden' : 'superseded'
  await recordConsent(database, consent, rejection)
  return rejection
}

/**
 * Creates a grant, unless there was a revoke since the page was opened. Even a concurrent revoke
 * wins: the grant has the counter value that the page recorded, so it is created already revoked.
 *
 * @returns the grant's id, or undefined if nothing was granted
 */
export async function approveConsent(
  database: Database,
  consent: Consent,
  scope: string,
): Promise<string | undefined> {
  const { interactionId, memberId, connectedAppId, requestId } = consent
  const [row] = await database.query<{ grant_id: string }>(approve, [
    hashOf(interactionId),
    memberId,
    connectedAppId,
    `grant-${randomUUID()}`,
    scope,
    requestId,
  ])
  noteIds({ grant_id: row?.grant_id })
  if (row === undefined) await recordConsent(database, consent, 'superseded')
  return row?.grant_id
}

/** Writes to the audit log that a consent was denied, forbidden or superseded. */
export async function recordConsent(
  database: Database,
  { memberId, connectedAppId, requestId }: Consent,
  outcome: 'access_denied' | 'forbidden' | 'superseded',
): Promise<void> {
  await database.execute(record, [memberId, connectedAppId, outcome, requestId])
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
  await database.execute(end, [...causeOfEnd(), grantId])
}
