import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import { noteIds } from '../server/request-scope.ts'

const findById = {
  name: 'find-member',
  text: 'SELECT organization_id, name FROM members WHERE member_id = $1',
}

const findByToken = {
  name: 'find-member-by-session-token',
  text: `
    SELECT s.organization_id, s.member_id
    FROM sessions s
    JOIN organizations o USING (organization_id)
    JOIN connected_apps a USING (project_id)
    WHERE s.token_hash = $1 AND s.expires_at > now() AND a.connected_app_id = $2`,
}

const findSignedIn = {
  name: 'find-signed-in-member',
  text: `
    SELECT m.organization_id, m.name, o.slug
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
  const [row] = await database.query<FoundMember>(findById, [memberId])
  return noteMember(memberId, row)
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
  const [row] = await database.query<{ organization_id: string; member_id: string }>(findByToken, [
    hashOf(sessionToken),
    connectedAppId,
  ])
  noteIds(row ?? {})
  return row?.member_id
}

/** @returns undefined if the Member has no active session, or is not in the Connected App's project */
export async function findSignedInMember(
  database: Database,
  memberId: string,
  connectedAppId: string,
): Promise<SignedInMember | undefined> {
  const [row] = await database.query<SignedInMember>(findSignedIn, [memberId, connectedAppId])
  return noteMember(memberId, row)
}

interface FoundMember {
  organization_id: string
  name: string
}

interface SignedInMember extends FoundMember {
  /** The Organization's. */
  slug: string
}

function noteMember<Row extends FoundMember>(
  memberId: string,
  row: Row | undefined,
): Row | undefined {
  if (row !== undefined) noteIds({ organization_id: row.organization_id, member_id: memberId })
  return row
}
