import type { Database } from '../postgres/database.ts'
import type { Order } from './decision.ts'

// One statement, so both or neither. The count ends every grant made at an earlier one, with all
// their codes and tokens, however many there are; a consent page that is open now has seen an
// earlier count too. Without a row no such page was ever opened, and there is nothing to end.
const revoke = {
  name: 'revoke',
  text: `
    WITH revoked AS (
      UPDATE connections SET revocations = revocations + 1
      WHERE organization_id = $1 AND member_id = $2 AND connected_app_id = $3
      RETURNING revocations
    )
    INSERT INTO audit_log (action, organization_id, member_id, connected_app_id, request_id,
      project_id, actor_member_id, actor_session_id, revocations)
    SELECT 'revoke', $1, $2, $3, $4, $5, $6, $7, (SELECT revocations FROM revoked)`,
}

/**
 * Ends a Connected App's access to a Member, and writes down who did it. When this resolves, the
 * revoke is on disk, and no instance of the service accepts what was issued before.
 */
export async function revokeConnectedApp(
  database: Database,
  { projectId, organizationId, memberId, connectedAppId, session }: Order,
  requestId: string,
): Promise<void> {
  await database.query(revoke, [
    organizationId,
    memberId,
    connectedAppId,
    requestId,
    projectId,
    session?.memberId,
    session?.sessionId,
  ])
}
