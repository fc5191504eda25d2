import type { PathParameters } from '@connected-apps/contract'
import { bucketOf } from '../../bucket.ts'
import type { Database } from '../../postgres/database.ts'
import type { Statement } from '../../postgres/statement.ts'
import type { ResponseData } from './handler.ts'
import type { ConnectedAppRow } from './organization-connected-app.ts'
import { toConnectedApp } from './organization-connected-app.ts'

/**
 * The Connected Apps of which the Member has an active grant, with the scopes of all its active
 * grants; a grant may have no scopes. It is one statement, and so one snapshot: an app whose revoke
 * was committed before it began is not in it.
 */
const statement: Statement = {
  name: 'find-member-connected-apps',
  text: `
    SELECT a.connected_app_id, a.name, a.description, a.client_type, a.logo_url,
      coalesce(string_agg(DISTINCT granted, ' ' ORDER BY granted), '') AS scopes_granted
    FROM active_grants g
    LEFT JOIN LATERAL string_to_table(g.scope, ' ') AS granted ON true
    JOIN connected_apps a USING (connected_app_id)
    WHERE g.bucket = $3 AND g.organization_id = $1 AND g.member_id = $2
    GROUP BY a.connected_app_id
    ORDER BY a.connected_app_id`,
}

/** Finds the Connected Apps that have access to a Member. */
export async function findMemberConnectedApps(
  database: Database,
  ids: PathParameters<'getMemberConnectedApps'>,
): Promise<ResponseData<'getMemberConnectedApps'>> {
  const rows = await database.query<ConnectedAppRow & { scopes_granted: string }>(statement, [
    ids.organization_id,
    ids.member_id,
    bucketOf(ids.organization_id),
  ])
  return {
    connected_apps: rows.map((row) => ({
      ...toConnectedApp(row),
      scopes_granted: row.scopes_granted,
    })),
  }
}
