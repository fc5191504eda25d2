import type { PathParameters } from '@connected-apps/contract'
import { bucketOf } from '../../bucket.ts'
import type { Database } from '../../postgres/database.ts'
import type { Statement } from '../../postgres/statement.ts'
import type { ResponseData } from './handler.ts'

/** The columns of `connected_apps` that describe an app to people. */
export interface ConnectedAppRow {
  connected_app_id: string
  name: string
  description: string
  client_type: string
  logo_url: string | null
}

/**
 * A Connected App, and the Members of an Organization who have an active grant of it, each with the
 * scopes of all their active grants. They are one row, however many Members there are.
 */
const statement: Statement = {
  name: 'find-organization-connected-app',
  text: `
    SELECT a.connected_app_id, a.name, a.description, a.client_type, a.logo_url, (
      SELECT coalesce(json_agg(m), '[]') FROM (
        SELECT g.member_id, coalesce(
          array_agg(DISTINCT granted ORDER BY granted) FILTER (WHERE granted IS NOT NULL), '{}'
        ) AS granted_scopes
        FROM active_grants g LEFT JOIN LATERAL string_to_table(g.scope, ' ') AS granted ON true
        WHERE g.bucket = $3 AND g.organization_id = $1 AND g.connected_app_id = a.connected_app_id
        GROUP BY g.member_id
        ORDER BY g.member_id
      ) m
    ) AS active_members
    FROM connected_apps a
    WHERE a.connected_app_id = $2`,
}

type ActiveMembers = ResponseData<'getOrganizationConnectedApp'>['active_members']

/** Finds a Connected App, and the Members of an Organization who use it. */
export async function findOrganizationConnectedApp(
  database: Database,
  ids: PathParameters<'getOrganizationConnectedApp'>,
): Promise<ResponseData<'getOrganizationConnectedApp'>> {
  const [row] = await database.query<ConnectedAppRow & { active_members: ActiveMembers }>(
    statement,
    [ids.organization_id, ids.connected_app_id, bucketOf(ids.organization_id)],
  )
  if (row === undefined) throw new Error(`${ids.connected_app_id} was deleted in the meantime`)
  return { ...toConnectedApp(row), active_members: row.active_members }
}

/** A Connected App as the contract describes it to people. */
export function toConnectedApp({
  connected_app_id,
  name,
  description,
  client_type,
  logo_url,
}: ConnectedAppRow) {
  return {
    connected_app_id,
    name,
    description,
    client_type,
    ...(logo_url !== null && { logo_url }),
  }
}
