import { DatabaseError } from 'pg'
import { Batcher } from '../postgres/batcher.ts'
import type { Database, Statement } from '../postgres/database.ts'
import type { Revocation } from './decision.ts'

/** How long one try may wait in the database, where it occupies a connection. */
const lockTimeoutMs = 100

// One statement, so all or nothing. The count ends every grant made at an earlier one, with all
// its codes and tokens, however many there are; a consent page that is open now has seen an
// earlier count too. Without a row no such page was ever opened, and there is nothing to end.
// An order whose row was left out since another transaction has it locked is not in the result.
// A scalar subquery looks for the row, since EXISTS may be planned as a scan of the whole table.
const textWith = (ifLocked: 'SKIP LOCKED' | ''): string => `
  WITH patience AS MATERIALIZED (
    SELECT set_config('lock_timeout', '${lockTimeoutMs}ms', true)
  ), orders AS (
    SELECT o.* FROM patience, unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
      $6::text[], $7::text[]) WITH ORDINALITY AS o (organization_id, member_id, connected_app_id,
      request_id, project_id, actor_member_id, actor_session_id, position)
  ), locked AS (
    SELECT c.organization_id, c.member_id, c.connected_app_id
    FROM app_authorizations c JOIN (
      SELECT DISTINCT organization_id, member_id, connected_app_id FROM orders
    ) o USING (organization_id, member_id, connected_app_id)
    FOR NO KEY UPDATE OF c ${ifLocked}
  ), revoked AS (
    UPDATE app_authorizations c SET revocation_count = c.revocation_count + 1
    FROM locked l
    WHERE c.organization_id = l.organization_id AND c.member_id = l.member_id
      AND c.connected_app_id = l.connected_app_id
    RETURNING c.*
  ), carried_out AS (
    SELECT * FROM orders o LEFT JOIN revoked r USING (organization_id, member_id, connected_app_id)
    WHERE r.revocation_count IS NOT NULL OR (
      SELECT c.revocation_count FROM app_authorizations c
      WHERE c.organization_id = o.organization_id AND c.member_id = o.member_id
        AND c.connected_app_id = o.connected_app_id) IS NULL
  ), audited AS (
    INSERT INTO audit_log (action, organization_id, member_id, connected_app_id, request_id,
      project_id, actor_member_id, actor_session_id, revocation_count)
    SELECT 'revoke', organization_id, member_id, connected_app_id, request_id,
      project_id, actor_member_id, actor_session_id, revocation_count
    FROM carried_out
  )
  SELECT position::integer FROM carried_out`

/** A revoke that is to happen, and the request that asked for it. */
export interface RevocationRequest extends Revocation {
  requestId: string
}

/** How long a revoke keeps trying to get at a row that other transactions have locked. */
const defaultPatienceMs = 5000

/** Of many rows, and waits for none of them. */
export const skipLocked: Statement = { name: 'revoke-at-once', text: textWith('SKIP LOCKED') }

/** Of one row, in PostgreSQL's queue for its lock, so that all instances get their turn. */
export const waitForLock: Statement = { name: 'revoke-in-turn', text: textWith('') }

/**
 * Ends the access that each order names, and writes down who did it.
 *
 * @returns for each order whether that happened; if not, its row is locked
 */
async function revokeConnectedApps(
  database: Database,
  statement: Statement,
  orders: RevocationRequest[],
): Promise<boolean[]> {
  const carriedOut = new Set<number>()
  try {
    const rows = await database.query<{ position: number }>(statement, [
      orders.map(({ organizationId }) => organizationId),
      orders.map(({ memberId }) => memberId),
      orders.map(({ connectedAppId }) => connectedAppId),
      orders.map(({ requestId }) => requestId),
      orders.map(({ projectId }) => projectId),
      orders.map(({ session }) => session?.memberId),
      orders.map(({ session }) => session?.sessionId),
    ])
    for (const { position } of rows) carriedOut.add(position)
  } catch (error) {
    if (!isLock(error)) throw error
  }
  return orders.map((_, index) => carriedOut.has(index + 1))
}

// SKIP LOCKED too can wait, and even deadlock, where two revokes meet a consent at one row.
function isLock(error: unknown): boolean {
  return error instanceof DatabaseError && ['55P03', '40P01'].includes(error.code ?? '')
}

/**
 * Makes the function that revokes. When its promise resolves, the revoke is on disk, and no
 * instance of the service accepts what was issued before.
 *
 * A row that another transaction keeps locked holds up no revoke but its own: these queue apart.
 */
export function createRevoke(
  database: Database,
  patienceMs = defaultPatienceMs,
): (order: RevocationRequest) => Promise<void> {
  const run = (statement: Statement) => (orders: RevocationRequest[]) =>
    revokeConnectedApps(database, statement, orders)
  const batches = new Batcher(run(skipLocked))
  const queues = new Batcher(run(waitForLock), { keyOf: rowOf })
  return async (order) => {
    const givesUpAt = performance.now() + patienceMs
    if (await batches.add(order)) return
    while (!(await queues.add(order))) {
      if (performance.now() > givesUpAt) {
        throw new Error(`the connection stayed locked for ${patienceMs} ms`)
      }
    }
  }
}

function rowOf({ organizationId, memberId, connectedAppId }: RevocationRequest): string {
  return JSON.stringify([organizationId, memberId, connectedAppId])
}
