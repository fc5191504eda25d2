import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'

const findById = {
  name: 'find-member',
  text: 'SELECT name FROM members WHERE member_id = $1',
}

const findByToken = {
  name: 'find-member-by-session-token',
  text: 'SELECT member_id FROM sessions WHERE token_hash = $1 AND expires_at > now()',
}

/** A Member by its id, which is also its OAuth subject. */
export async function findMember(
  database: Database,
  memberId: string,
): Promise<{ name: string } | undefined> {
  const [row] = await database.query<{ name: string }>(findById, [memberId])
  return row
}

/** @returns the id of the Member whose live session this token is */
export async function findSessionMember(
  database: Database,
  sessionToken: string,
): Promise<string | undefined> {
  const [row] = await database.query<{ member_id: string }>(findByToken, [hashOf(sessionToken)])
  return row?.member_id
}
