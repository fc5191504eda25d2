import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'

const findById = {
  name: 'find-member',
  text: 'SELECT name FROM members WHERE member_id = $1',
}

const findByToken = {
  name: 'find-member-by-session-token',
  text: `
    SELECT s.member_id
    FROM sessions s
    JOIN organizations o USING (organization_id)
    JOIN connected_apps a USING (project_id)
    WHERE s.token_hash = $1 AND s.expires_at > now() AND a.connected_app_id = $2`,
}

const findSignedIn = {
  name: 'find-signed-in-member',
  text: `
    SELECT m.name
    FROM members m
    JOIN organizations o USING (organization_id)
    JOIN connected_apps a USING (project_id)
    WHERE m.member_id = $1 AND a.connected_app_id = $2 AND EXISTS (
      SELECT FROM sessions s
      WHERE s.organization_id = m.organization_id AND s.member_id = m.member_id
        AND s.expires_at > now())`,
}

/** Finds a Member by its id, which is also its OAuth subject. */
export async function findMember(
  database: Database,
  memberId: string,
): Promise<{ name: string } | undefined> {
  const [row] = await database.query<{ name: string }>(findById, [memberId])
  return row
}

/**
 * Finds the Member that an active session belongs to, if both are in the Connected App's project.
 *
 * @returns the Member's id
 */
export async function findSessionMember(
  database: Database,
  sessionToken: string,
  connectedAppId: string,
): Promise<string | undefined> {
  const [row] = await database.query<{ member_id: string }>(findByToken, [
    hashOf(sessionToken),
    connectedAppId,
  ])
  return row?.member_id
}

/** @returns undefined if the Member has no active session, or is not in the Connected App's project */
export async function findSignedInMember(
  database: Database,
  memberId: string,
  connectedAppId: string,
): Promise<{ name: string } | undefined> {
  const [row] = await database.query<{ name: string }>(findSignedIn, [memberId, connectedAppId])
  return row
}
