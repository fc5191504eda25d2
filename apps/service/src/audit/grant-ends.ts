import { Provider } from 'oidc-provider'
import { commitOnDisk } from '../postgres/database.ts'
import { currentRequest } from '../server/request-scope.ts'

/**
 * The text of a statement that ends active grants, and writes to the audit log why it does. A grant
 * that a revoke ended in the meantime has its row already, whatever the request found before. The
 * statement's first two parameters are what {@link causeOfEnd} returns.
 *
 * @param condition which of the active grants `a` it ends; its parameters start at $3
 */
export function endGrants(condition: string): string {
  return `
    WITH ended AS (
      UPDATE grants g SET ended_at = now() FROM active_grants a
      WHERE ${condition} AND g.ended_at IS NULL
        AND g.bucket = a.bucket AND g.grant_id = a.grant_id
      RETURNING g.bucket, g.organization_id, g.grant_id, g.member_id, g.connected_app_id
    )
    INSERT INTO audit_log (action, outcome, request_id, project_id, bucket, organization_id,
      member_id, connected_app_id, grant_id)
    SELECT 'endGrant', $1, $2, (
        SELECT project_id FROM organizations o WHERE o.organization_id = e.organization_id),
      bucket, organization_id, member_id, connected_app_id, grant_id
    FROM ended e
    RETURNING ${commitOnDisk}`
}

/** Why the current request to oidc-provider ends a grant, and the request's id. */
export function causeOfEnd(): [outcome: string, requestId: string] {
  const { oidc } = Provider.ctx ?? {}
  if (oidc === undefined) throw new Error('only a request to oidc-provider can end a grant')
  const { requestId } = currentRequest()
  if (oidc.route === 'revocation') return ['refresh_token_revoked', requestId]
  const isExchange = oidc.params?.['grant_type'] === 'authorization_code'
  return [isExchange ? 'code_replayed' : 'refresh_token_replayed', requestId]
}
