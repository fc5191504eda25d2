import type { AdapterPayload } from 'oidc-provider'
import { hashOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import { commitOnDisk } from '../postgres/statement.ts'

const save = {
  name: 'save-oidc-session',
  text: `
    INSERT INTO oidc_sessions (kind, id_hash, uid, payload, expires_at)
    VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))
    ON CONFLICT (id_hash, kind) DO UPDATE
    SET uid = excluded.uid, payload = excluded.payload, expires_at = excluded.expires_at
    RETURNING ${commitOnDisk}`,
}

const find = {
  name: 'find-oidc-session',
  text: `SELECT payload FROM oidc_sessions
    WHERE kind = $1 AND id_hash = $2 AND expires_at > now()`,
}

const findByUid = {
  name: 'find-oidc-session-by-uid',
  text: 'SELECT payload FROM oidc_sessions WHERE kind = $1 AND uid = $2 AND expires_at > now()',
}

const remove = {
  name: 'delete-oidc-session',
  text: `DELETE FROM oidc_sessions WHERE kind = $1 AND id_hash = $2 RETURNING ${commitOnDisk}`,
}

const removeByUid = {
  name: 'delete-oidc-session-by-uid',
  text: `DELETE FROM oidc_sessions WHERE kind = $1 AND uid = $2 RETURNING ${commitOnDisk}`,
}

/** Replaces the id at the end of `returnTo`, which would otherwise be stored as plain text. */
const idPlaceholder = ':id'

/** Removes what must not be stored of a payload: its own id, and the value of another cookie. */
function withoutIds(id: string, payload: AdapterPayload): AdapterPayload {
  const stored = { ...payload }
  delete stored.jti
  if (stored.returnTo?.endsWith(id))
    stored.returnTo = stored.returnTo.slice(0, -id.length) + idPlaceholder
  // oidc-provider writes the session's cookie here, but never reads it.
  if (stored.session !== undefined) stored.session = { ...stored.session, cookie: '' }
  return stored
}

function withId(id: string, payload: AdapterPayload): AdapterPayload {
  const restored: AdapterPayload = { ...payload, jti: id }
  if (restored.returnTo?.endsWith(idPlaceholder)) {
    restored.returnTo = restored.returnTo.slice(0, -idPlaceholder.length) + id
  }
  return restored
}

export async function saveOidcSession(
  database: Database,
  kind: string,
  id: string,
  payload: AdapterPayload,
  expiresInSeconds: number,
): Promise<void> {
  await database.execute(save, [
    kind,
    hashOf(id),
    payload.uid,
    withoutIds(id, payload),
    expiresInSeconds,
  ])
}

export async function findOidcSession(
  database: Database,
  kind: string,
  id: string,
): Promise<AdapterPayload | undefined> {
  const [row] = await database.query<{ payload: AdapterPayload }>(find, [kind, hashOf(id)])
  return row && withId(id, row.payload)
}

/** Finds a session by its `uid`, by which other payloads refer to it. Its cookie is unknown. */
export async function findOidcSessionByUid(
  database: Database,
  kind: string,
  uid: string,
): Promise<AdapterPayload | undefined> {
  const [row] = await database.query<{ payload: AdapterPayload }>(findByUid, [kind, uid])
  return row?.payload
}

export async function deleteOidcSession(
  database: Database,
  kind: string,
  id: string,
): Promise<void> {
  await database.execute(remove, [kind, hashOf(id)])
}

/** Like {@link findOidcSessionByUid}. The cookie of the session becomes useless. */
export async function deleteOidcSessionByUid(
  database: Database,
  kind: string,
  uid: string,
): Promise<void> {
  await database.execute(removeByUid, [kind, uid])
}
