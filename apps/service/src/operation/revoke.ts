import { setTimeout } from 'node:timers/promises'
import { Batches } from '../postgres/batches.ts'
import type { Database } from '../postgres/database.ts'
import type { Order } from './decision.ts'

// One statement, so all or nothing. The count ends every grant made at an earlier one, with all
// its codes and tokens, however many there are; a consent page that is open now has seen an
// earlier count too. Without a row no such page was ever opened, and there is nothing to end.
// It waits for no row: what another transaction has locked is left out, and its order not answered.
// So nobody who came in the same batch is held up, and two batches can't wait for each other.
const revoke = {
  name: 'revoke',
  text: `
    WITH orders AS (
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::text[]) WITH ORDINALITY AS o (organization_id, member_id, connected_app_id, request_id,
        project_id, actor_member_id, actor_session_id, position)
    ), locked AS (
      SELECT c.organization_id, c.member_id, c.connected_app_id
      FROM connections c JOIN (
        SELECT DISTINCT organization_id, member_id, connected_app_id FROM orders
      ) o USING (organization_id, member_id, connected_app_id)
      FOR NO KEY UPDATE OF c SKIP LOCKED
    ), revoked AS (
      UPDATE connections c SET revocations = c.revocations + 1
      FROM locked l
      WHERE c.organization_id = l.organization_id AND c.member_id = l.member_id
        AND c.connected_app_id = l.connected_app_id
      RETURNING c.*
    ), carried_out AS (
      SELECT * FROM orders o LEFT JOIN revoked r USING (organization_id, member_id, connected_app_id)
      WHERE r.revocations IS NOT NULL OR NOT EXISTS (
        SELECT FROM connections c
        WHERE c.organization_id = o.organization_id AND c.member_id = o.member_id
          AND c.connected_app_id = o.connected_app_id)
    ), audited AS (
      INSERT INTO audit_log (action, organization_id, member_id, connected_app_id, request_id,
        project_id, actor_member_id, actor_session_id, revocations)
      SELECT 'revoke', organization_id, member_id, connected_app_id, request_id,
        project_id, actor_member_id, actor_session_id, revocations
      FROM carried_out
    )
    SELECT position::integer FROM carried_out`,
}

/** A revoke that is to happen, and the request that asked for it. */
export interface NumberedOrder extends Order {
  requestId: string
}

/** How long a revoke keeps trying to get at a row that another transaction has locked. */
const patienceMs = 5000

/** The longest pause between two tries. */
const pauseMs = 250

/**
 * Ends the access that each order names, and writes down who did it.
 *
 * @returns for each order whether that happened; if not, its row is locked
 */
async function revokeConnectedApps(
  database: Database,
  orders: NumberedOrder[],
): Promise<boolean[]> {
  const rows = await database.query<{ position: number }>(revoke, [
    orders.map(({ organizationId }) => organizationId),
    orders.map(({ memberId }) => memberId),
    orders.map(({ connectedAppId }) => connectedAppId),
    orders.map(({ requestId }) => requestId),
    orders.map(({ projectId }) => projectId),
    orders.map(({ session }) => session?.memberId),
    orders.map(({ session }) => session?.sessionId),
  ])
  const carriedOut = new Set(rows.map(({ position }) => position))
  return orders.map((_, index) => carriedOut.has(index + 1))
}

/**
 * Makes the function that revokes. When its promise resolves, the revoke is on disk, and no
 * instance of the service accepts what was issued before.
 */
export function createRevoke(database: Database): (order: NumberedOrder) => Promise<void> {
  const batches = new Batches((orders: NumberedOrder[]) => revokeConnectedApps(database, orders))
  return async (order) => {
    const givesUpAt = performance.now() + patienceMs
    for (let pause = 2; !(await batches.add(order)); pause = Math.min(2 * pause, pauseMs)) {
      if (performance.now() > givesUpAt) {
        throw new Error(`the connection stayed locked for ${patienceMs} ms`)
      }
      await setTimeout(Math.random() * pause)
    }
  }
}
