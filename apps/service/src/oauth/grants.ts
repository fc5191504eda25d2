import type { AdapterPayload } from 'oidc-provider'
import { endGrants, grantEnd } from '../audit/grant-ends.ts'
import { bucketIn, bucketOf, bucketPrefix } from '../bucket.ts'
import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import { commitOnDisk } from '../postgres/statement.ts'
import { noteIds } from '../server/request-scope.ts'

const ensureAuthorization = {
  name: 'ensure-app-authorization',
  text: `
    WITH pair AS MATERIALIZED (
      SELECT m.bucket, m.organization_id, m.member_id, a.connected_app_id
      FROM members m
      JOIN organizations o ON o.organization_id = m.organization_id
      JOIN connected_apps a USING (project_id)
      WHERE m.bucket = $1 AND m.organization_id = $2 AND m.member_id = $3
        AND a.connected_app_id = $4
    )
    INSERT INTO app_authorizations (bucket, organization_id, member_id, connected_app_id)
    SELECT * FROM pair
    ON CONFLICT DO NOTHING RETURNING ${commitOnDisk}`,
}

const findCount = {
  name: 'find-revocation-count',
  text: `
    SELECT revocation_count FROM app_authorizations
    WHERE bucket = $1 AND organization_id = $2 AND member_id = $3 AND connected_app_id = $4`,
}

const open = {
  name: 'open-consent',
  text: `
    UPDATE oidc_sessions SET consent_epoch = coalesce(consent_epoch, $2)
    WHERE kind = 'Interaction' AND id_hash = $1
    RETURNING consent_epoch, ${commitOnDisk}`,
}

const findEpoch = {
  name: 'find-consent-epoch',
  text: "SELECT consent_epoch FROM oidc_sessions WHERE kind = 'Interaction' AND id_hash = $1",
}

const approve = {
  name: 'approve-consent',
  text: `
    WITH authorized AS MATERIALIZED (
      SELECT bucket, organization_id, member_id, connected_app_id, revocation_count
      FROM app_authorizations
      WHERE bucket = $1 AND organization_id = $2 AND member_id = $3 AND connected_app_id = $4
        AND revocation_count = $5
    ), granted AS (
      INSERT INTO grants (bucket, grant_id, organization_id, member_id, connected_app_id, epoch,
        scope)
      SELECT bucket, $6, organization_id, member_id, connected_app_id, revocation_count, $7
      FROM authorized
      ON CONFLICT DO NOTHING
      RETURNING bucket, grant_id, organization_id, member_id, connected_app_id
    )
    INSERT INTO audit_log (action, outcome, request_id, project_id, actor_member_id, bucket,
      organization_id, member_id, connected_app_id, grant_id)
    SELECT 'consent', 'ok', $8, (
        SELECT project_id FROM organizations o WHERE o.organization_id = g.organization_id),
      member_id, bucket, organization_id, member_id, connected_app_id, grant_id
    FROM granted g
    RETURNING grant_id, ${commitOnDisk}`,
}

const record = {
  name: 'record-consent',
  text: `
    INSERT INTO audit_log (bucket, organization_id, member_id, connected_app_id, actor_member_id,
      action, outcome, request_id, project_id)
    SELECT $1, organization_id, $3, $4, $3, 'consent', $5, $6, project_id
    FROM organizations WHERE organization_id = $2
    RETURNING ${commitOnDisk}`,
}

const find = {
  name: 'find-grant',
  text: `
    SELECT organization_id, member_id, connected_app_id, scope, extract(epoch FROM created_at)::int AS iat
    FROM active_grants WHERE bucket = $1 AND grant_id = $2`,
}

const end = grantEnd('end-grant', 'a.bucket = $3 AND a.grant_id = $4')

/** A consent page, by its interaction, the Member and the Connected App, and a request for it. */
export interface Consent {
  interactionId: string
  organizationId: string
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
  const key = keyOf(consent)
  await database.execute(ensureAuthorization, key)
  const [authorization] = await database.query<{ revocation_count: string }>(findCount, key)
  if (authorization === undefined) return rejectConsent(database, consent, 'forbidden')
  const { revocation_count: count } = authorization
  const [opened] = await database.query<{ consent_epoch: string }>(open, [
    hashOf(consent.interactionId),
    count,
  ])
  if (opened?.consent_epoch === count) return 'open'
  return rejectConsent(database, consent, opened === undefined ? 'forbidden' : 'superseded')
}

async function rejectConsent<Outcome extends 'superseded' | 'forbidden'>(
  database: Database,
  consent: Consent,
  outcome: Outcome,
): Promise<Outcome> {
  await recordConsent(database, consent, outcome)
  return outcome
}

/** The key of the row that the Member and the Connected App have. */
function keyOf({
  organizationId,
  memberId,
  connectedAppId,
}: Omit<Consent, 'interactionId'>): unknown[] {
  return [bucketOf(organizationId), organizationId, memberId, connectedAppId]
}

/**
 * Creates a grant, unless there was a revoke since the page was opened. That includes a concurrent
 * revoke: the grant has the counter value that the page recorded, so it is created already revoked.
 * However often the page's form is submitted, it creates one grant.
 *
 * @returns the grant's id, or undefined if nothing was granted
 */
export async function approveConsent(
  database: Database,
  consent: Consent,
  scope: string,
): Promise<string | undefined> {
  const [page] = await database.query<{ consent_epoch: string | null }>(findEpoch, [
    hashOf(consent.interactionId),
  ])
  const grantId = grantIdOf(consent)
  const [row] = await database.query<{ grant_id: string }>(approve, [
    ...keyOf(consent),
    page?.consent_epoch,
    grantId,
    scope,
    consent.requestId,
  ])
  if (row === undefined && (await findGrant(database, grantId)) === undefined) {
    await recordConsent(database, consent, 'superseded')
    return undefined
  }
  noteIds({ grant_id: grantId })
  return grantId
}

/** The same for each submission of a page's form. It does not reveal the id of the interaction. */
function grantIdOf({ interactionId, organizationId }: Consent): string {
  const digest = hashOf(`grant of ${interactionId}`).toString('base64url')
  return `${bucketPrefix(bucketOf(organizationId))}-grant-${digest}`
}

/** Writes to the audit log that a consent was denied, forbidden or superseded. */
export async function recordConsent(
  database: Database,
  consent: Omit<Consent, 'interactionId'>,
  outcome: 'access_denied' | 'forbidden' | 'superseded',
): Promise<void> {
  await database.execute(record, [...keyOf(consent), outcome, consent.requestId])
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
  }>(find, [bucketIn(grantId), grantId])
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
  await endGrants(database, end, [bucketIn(grantId), grantId])
}
