import { DatabaseError } from 'pg'
import { Batches } from '../postgres/batches.ts'
import type { Database } from '../postgres/database.ts'
import type { Order } from './decision.ts'

// One statement, so all or nothing. The count ends every grant made at an earlier one, with all
// its codes and tokens, however many there are; a consent page that is open now has seen an
// earlier count too. Without a row no such page was ever opened, and there is nothing to end.
// Rows are locked in one order everywhere, so that two batches can't wait for each other. None waits
// for long: a row that someone keeps locked must not hold up who came in the same batch.
const revoke = {
  name: 'revoke',
  text: `
    WITH patience AS MATERIALIZED (
      SELECT set_config('lock_timeout', '1s', true)
    ), orders AS (
      SELECT o.* FROM patience, unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
        $6::text[], $7::text[]) AS o (organization_id, member_id, connected_app_id, request_id,
        project_id, actor_member_id, actor_session_id)
    ), locked AS (
      SELECT c.organization_id, c.member_id, c.connected_app_id
      FROM connections c JOIN (
        SELECT DISTINCT organization_id, member_id, connected_app_id FROM orders
      ) o USING (organization_id, member_id, connected_app_id)
      ORDER BY organization_id, member_id, connected_app_id
      FOR NO KEY UPDATE OF c
    ), revoked AS (
      UPDATE connections c SET revocations = c.revocations + 1
      FROM locked l
      WHERE c.organization_id = l.organization_id AND c.member_id = l.member_id
        AND c.connected_app_id = l.connected_app_id
      RETURNING c.*
    )
    INSERT INTO audit_log (action, organization_id, member_id, connected_app_id, request_id,
      project_id, actor_member_id, actor_session_id, revocations)
    SELECT 'revoke', organization_id, member_id, connected_app_id, request_id,
      project_id, actor_member_id, actor_session_id, revocations
    FROM orders LEFT JOIN revoked USING (organization_id, member_id, connected_app_id)`,
}

/** A revoke that is to happen, and the request that asked for it. */
export interface NumberedOrder extends Order {
  requestId: string
}

/** Ends the access that each order names, and writes down who did it. */
async function revokeConnectedApps(database: Database, orders: NumberedOrder[]): Promise<void> {
  await database.execute(revoke, [
    orders.map(({ organizationId }) => organizationId),
    orders.map(({ memberId }) => memberId),
    orders.map(({ connectedAppId }) => connectedAppId),
    orders.map(({ requestId }) => requestId),
    orders.map(({ projectId }) => projectId),
    orders.map(({ session }) => session?.memberId),
    orders.map(({ session }) => session?.sessionId),
  ])
}

/**
 * Makes the function that revokes. When its promise resolves, the revoke is on disk, and no
 * instance of the service accepts what was issued before.
 */
export function createRevoke(database: Database): (order: NumberedOrder) => Promise<void> {
  const batches = new Batches(
    async (orders: NumberedOrder[]) => {
      await revokeConnectedApps(database, orders)
      return orders.map(() => undefined)
    },
    { isDueToOneRow: isLockTimeout, rowOf },
  )
  return (order) => batches.add(order)
}

function rowOf({ organizationId, memberId, connectedAppId }: NumberedOrder): string {
  return JSON.stringify([organizationId, memberId, connectedAppId])
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '55P03'
}
