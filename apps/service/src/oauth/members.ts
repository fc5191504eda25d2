import { bucketIn } from '../bucket.ts'
import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import { noteIds } from '../server/request-scope.ts'

const findById = {
  name: 'find-member',
  text: 'SELECT organization_id, name FROM members WHERE member_id = $1',
}

const findInBucket = {
  name: 'find-member-in-bucket',
  text: 'SELECT organization_id, name FROM members WHERE bucket = $2 AND member_id = $1',
}

const findByToken = {
  name: 'find-member-by-session-token',
  text: `
    SELECT s.organization_id, s.member_id
    FROM sessions s
    JOIN organizations o ON o.organization_id = s.organization_id
    JOIN connected_apps a USING (project_id)
    WHERE s.token_hash = $1 AND s.expires_at > now() AND a.connected_app_id = $2`,
}

const findSignedIn = {
  name: 'find-signed-in-member',
  text: `
    SELECT o.slug
    FROM members m
    JOIN organizations o ON o.organization_id = m.organization_id
    JOIN connected_apps a USING (project_id)
    WHERE m.member_id = $1 AND a.connected_app_id = $2 AND EXISTS (
      SELECT FROM sessions s
      WHERE s.bucket = m.bucket AND s.organization_id = m.organization_id
        AND s.member_id = m.member_id AND s.expires_at > now())`,
}

/** A Member. No index makes its id unique beyond a bucket. */
export interface Member {
  memberId: string
  organizationId: string
  name: string
}

/** A Member who has an active session, and the Organization that a page shows. */
interface SignedInMember extends Member {
  organizationSlug: string
}

/**
 * Finds a Member by its id, which is also its OAuth subject.
 *
 * @param grantId a grant of the Member, whose id contains the Member's bucket
 */
export async function findMember(
  database: Database,
  memberId: string,
  grantId?: string,
): Promise<Member | undefined> {
  const rows =
    grantId === undefined
      ? await database.query<MemberRow>(findById, [memberId])
      : await database.query<MemberRow>(findInBucket, [memberId, bucketIn(grantId)])
  return toMember(memberId, rows)
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

/**
 * Finds a Member who is signed in.
 *
 * @returns undefined if the Member has no active session, or is not in the Connected App's project, or
 * several Members have this id
 */
export async function findSignedInMember(
  database: Database,
  memberId: string,
  connectedAppId: string,
): Promise<SignedInMember | undefined> {
  // Another Member with this id counts, even without an active session, or in another project.
  const member = await findMember(database, memberId)
  if (member === undefined) return undefined
  const [row] = await database.query<{ slug: string }>(findSignedIn, [memberId, connectedAppId])
  return row && { ...member, organizationSlug: row.slug }
}

interface MemberRow {
  organization_id: string
  name: string
}

/** @returns undefined if several Members have this id, since any of them may be meant */
function toMember(memberId: string, [row, other]: MemberRow[]): Member | undefined {
  if (row === undefined || other !== undefined) return undefined
  const { organization_id: organizationId, name } = row
  noteIds({ organization_id: organizationId, member_id: memberId })
  return { memberId, organizationId, name }
}
