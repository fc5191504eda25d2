import type { OperationId } from '@connected-apps/contract'
import type { AuditRow } from '../../audit/insert-rows.ts'
import { changeAndAudit } from '../../audit/insert-rows.ts'
import { bucketOf } from '../../bucket.ts'
import type { BatchStatement, OnlyIn } from '../../postgres/batch-statement.ts'
import { batchStatement, runBatch } from '../../postgres/batch-statement.ts'
import type { Database } from '../../postgres/database.ts'
import { commitOnDisk, lengthOf } from '../../postgres/statement.ts'
import { isLockError } from '../../postgres/errors.ts'
import type { SessionContext } from '../lookup.ts'

/** A revocation that every check has allowed, and the request that it comes from. */
export interface RevocationRequest {
  operationId: OperationId
  projectId: string
  organizationId: string
  memberId: string
  connectedAppId: string
  /** The session that authorizes it, if the request carried one. */
  session: SessionContext | undefined
  requestId: string
}

/** How long a statement may wait for a lock. While it waits, it occupies a database connection. */
const lockTimeoutMs = 100

const audited = `, audited AS (
      INSERT INTO audit_log (action, outcome, bucket, organization_id, member_id, connected_app_id,
        request_id, project_id, actor_member_id, actor_session_id, revocation_count)
      SELECT action, 'ok', bucket, organization_id, member_id, connected_app_id, request_id,
        project_id, actor_member_id, actor_session_id, revocation_count
      FROM applied
    )`

/**
 * The statement that revokes. It is a single statement, so it takes effect as a whole or not at
 * all. Incrementing the counter ends every grant that was created at an earlier value, with all of
 * its codes and tokens, however many there are. A consent page that is open now has recorded an
 * earlier value, too. If the Member and the Connected App have no row, no consent page was ever
 * opened, and there is nothing to revoke.
 *
 * The result has the positions of the requests that were applied. With `SKIP LOCKED`, requests
 * whose row is locked by another transaction are missing from it.
 */
export function revokeStatement(name: string, ifLocked: 'SKIP LOCKED' | 'WAIT'): BatchStatement {
  // Whether a row exists is checked with a scalar subquery, since PostgreSQL may plan an EXISTS as
  // a scan of the whole table.
  const text = (onlyIn: OnlyIn, isRouted: boolean): string => `
    WITH settings AS MATERIALIZED (
      SELECT set_config('lock_timeout', '${lockTimeoutMs}ms', true), ${commitOnDisk}
    ), requests AS (
      SELECT r.* FROM settings, unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
        $6::text[], $7::text[], $8::text[], $9::integer[]) WITH ORDINALITY AS r (organization_id,
        member_id, connected_app_id, request_id, project_id, actor_member_id, actor_session_id,
        action, bucket, position)
      LIMIT ${lengthOf('$1')}
    ), revoked AS (
      UPDATE app_authorizations aa SET revocation_count = aa.revocation_count + 1
      FROM (
        SELECT aa.bucket, aa.organization_id, aa.member_id, aa.connected_app_id
        FROM app_authorizations aa JOIN (
          SELECT DISTINCT bucket, organization_id, member_id, connected_app_id FROM requests
        ) r USING (bucket, organization_id, member_id, connected_app_id)
        WHERE true ${onlyIn('aa.bucket')}
        FOR NO KEY UPDATE OF aa ${ifLocked === 'WAIT' ? '' : ifLocked}
      ) locked
      WHERE aa.bucket = locked.bucket ${onlyIn('aa.bucket')}
        AND aa.organization_id = locked.organization_id AND aa.member_id = locked.member_id
        AND aa.connected_app_id = locked.connected_app_id
      RETURNING aa.*
    ), applied AS (
      SELECT * FROM requests r
      LEFT JOIN revoked v USING (bucket, organization_id, member_id, connected_app_id)
      WHERE v.revocation_count IS NOT NULL OR (
        SELECT aa.revocation_count FROM app_authorizations aa
        WHERE aa.bucket = r.bucket ${onlyIn('aa.bucket')}
          AND aa.organization_id = r.organization_id AND aa.member_id = r.member_id
          AND aa.connected_app_id = r.connected_app_id) IS NULL
    )${isRouted ? '' : audited}
    SELECT position::integer, revocation_count FROM applied`
  return batchStatement(name, 9, text)
}

/** The bucket of the rows that a revocation changes. */
export function bucketOfRequest({ organizationId }: RevocationRequest): number {
  return bucketOf(organizationId)
}

/**
 * Applies revocations, and writes them to the audit log.
 *
 * @returns for each request whether it was applied; if not, its row is locked
 */
export async function applyRevocations(
  database: Database,
  statement: BatchStatement,
  requests: RevocationRequest[],
): Promise<boolean[]> {
  const applied = new Set<number>()
  try {
    const buckets = requests.map(bucketOfRequest)
    const values = [
      requests.map(({ organizationId }) => organizationId),
      requests.map(({ memberId }) => memberId),
      requests.map(({ connectedAppId }) => connectedAppId),
      requests.map(({ requestId }) => requestId),
      requests.map(({ projectId }) => projectId),
      requests.map(({ session }) => session?.memberId),
      requests.map(({ session }) => session?.sessionId),
      requests.map(({ operationId }) => operationId),
      buckets,
    ]
    const run = async (): Promise<Applied[]> =>
      (await runBatch<Applied>(database, statement, values, buckets)).rows
    let rows: Applied[] = []
    if (database.isDistributed) {
      await changeAndAudit(database, async () => {
        rows = await run()
        return rows.flatMap((row) => toAuditRow(requests[row.position - 1], row))
      })
    } else {
      rows = await run()
    }
    for (const { position } of rows) applied.add(position)
  } catch (error) {
    // Even SKIP LOCKED can wait, or deadlock, when two revokes and a consent use the same row.
    if (!isLockError(error)) throw error
  }
  return requests.map((_, index) => applied.has(index + 1))
}

/** The position of a request that was applied, and the count after it; NULL if there was nothing to revoke. */
interface Applied {
  position: number
  revocation_count: string | null
}

function toAuditRow(request: RevocationRequest | undefined, { revocation_count }: Applied) {
  if (request === undefined) return []
  const row: AuditRow = {
    bucket: bucketOfRequest(request),
    organization_id: request.organizationId,
    action: request.operationId,
    outcome: 'ok',
    request_id: request.requestId,
    project_id: request.projectId,
    actor_member_id: request.session?.memberId,
    actor_session_id: request.session?.sessionId,
    member_id: request.memberId,
    connected_app_id: request.connectedAppId,
    revocation_count: revocation_count ?? undefined,
  }
  return [row]
}
