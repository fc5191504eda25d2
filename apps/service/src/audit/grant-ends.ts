import { Provider } from 'oidc-provider'
import type { Database } from '../postgres/database.ts'
import type { Statement } from '../postgres/statement.ts'
import { commitOnDisk } from '../postgres/statement.ts'
import { currentRequest } from '../server/request-scope.ts'
import type { AuditRow } from './insert-rows.ts'
import { changeAndAudit } from './insert-rows.ts'

/** A statement that ends grants. */
export interface GrantEnd {
  /** Writes to the audit log itself. */
  audited: Statement
  /** Returns the rows for the audit log, for a distributed database. */
  routed: Statement
}

/**
 * Creates a statement that ends active grants, and writes to the audit log why it does. A grant that a
 * revoke ended in the meantime has its row already, whatever the request found before.
 *
 * @param condition which of the active grants `a` it ends; its parameters start at $3
 */
export function grantEnd(name: string, condition: string): GrantEnd {
  const ended = `
    WITH ended AS (
      UPDATE grants g SET ended_at = now() FROM active_grants a
      WHERE ${condition} AND g.ended_at IS NULL
        AND g.bucket = a.bucket AND g.grant_id = a.grant_id
      RETURNING g.bucket, g.organization_id, g.grant_id, g.member_id, g.connected_app_id
    )`
  const rows = `
    SELECT 'endGrant' AS action, $1::text AS outcome, $2::text AS request_id, (
        SELECT project_id FROM organizations o WHERE o.organization_id = e.organization_id
      ) AS project_id, bucket, organization_id, member_id, connected_app_id, grant_id
    FROM ended e`
  return {
    audited: {
      name,
      text: `${ended}
        INSERT INTO audit_log (action, outcome, request_id, project_id, bucket, organization_id,
          member_id, connected_app_id, grant_id)
        ${rows} RETURNING ${commitOnDisk}`,
    },
    routed: { name, text: ended + rows },
  }
}

/** Ends grants, because of what the current request to oidc-provider does. */
export async function endGrants(
  database: Database,
  { audited, routed }: GrantEnd,
  values: unknown[],
): Promise<void> {
  const all = [...causeOfEnd(), ...values]
  if (!database.isDistributed) await database.execute(audited, all)
  else await changeAndAudit(database, () => database.query<AuditRow & object>(routed, all))
}

/** Why the current request to oidc-provider ends a grant, and the request's id. */
function causeOfEnd(): [outcome: string, requestId: string] {
  const { oidc } = Provider.ctx ?? {}
  if (oidc === undefined) throw new Error('only a request to oidc-provider can end a grant')
  const { requestId } = currentRequest()
  if (oidc.route === 'revocation') return ['refresh_token_revoked', requestId]
  const isExchange = oidc.params?.['grant_type'] === 'authorization_code'
  return [isExchange ? 'code_replayed' : 'refresh_token_replayed', requestId]
}
