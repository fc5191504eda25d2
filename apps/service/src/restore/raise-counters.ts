import { randomUUID } from 'node:crypto'
import type { AuditRow } from '../audit/insert-rows.ts'
import { changeAndAudit } from '../audit/insert-rows.ts'
import { bucketCount } from '../bucket.ts'
import type { Database } from '../postgres/database.ts'
import { commitOnDisk, lengthOf } from '../postgres/statement.ts'

/** How many counters are raised in one transaction. */
const batchSize = 500

/** The buckets that have Organizations. */
const findBuckets = {
  name: 'find-buckets',
  text: `
    SELECT bucket FROM generate_series(0, ${bucketCount - 1}) AS bucket
    WHERE (SELECT o.bucket FROM organizations o WHERE o.bucket = bucket.bucket LIMIT 1) IS NOT NULL`,
}

/** The next authorizations of a bucket, in the order of the primary key. */
const findNext = {
  name: 'find-next-authorizations',
  text: `
    SELECT aa.organization_id, aa.member_id, aa.connected_app_id, o.project_id
    FROM app_authorizations aa JOIN organizations o ON o.organization_id = aa.organization_id
    WHERE aa.bucket = $1 AND (aa.organization_id, aa.member_id, aa.connected_app_id) > ($2, $3, $4)
    ORDER BY aa.organization_id, aa.member_id, aa.connected_app_id LIMIT ${batchSize}`,
}

const raise = {
  name: 'raise-counters',
  text: `
    UPDATE app_authorizations aa SET revocation_count = aa.revocation_count + 1
    FROM (
      SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) LIMIT ${lengthOf('$2')}
    ) AS k (organization_id, member_id, connected_app_id)
    WHERE aa.bucket = $1 AND aa.organization_id = k.organization_id
      AND aa.member_id = k.member_id AND aa.connected_app_id = k.connected_app_id
    RETURNING aa.*, (
      SELECT project_id FROM organizations o WHERE o.organization_id = aa.organization_id
    ) AS project_id, ${commitOnDisk}`,
}

interface Authorization {
  organization_id: string
  member_id: string
  connected_app_id: string
  project_id: string
}

/** It precedes all others in the order of the primary key. */
const first = { organization_id: '', member_id: '', connected_app_id: '' }

/**
 * Raises the revocation counter of every Member and Connected App, and so ends every grant, with its
 * codes and tokens, and every consent page that is open. Each has a row in the audit log.
 *
 * @param projectId only those of this project
 * @returns how many counters were raised
 */
export async function raiseCounters(database: Database, projectId?: string): Promise<number> {
  const reason = {
    action: 'raiseCounter',
    outcome: 'backup_restored',
    request_id: `raise-counters-${randomUUID()}`,
  }
  const buckets = await database.query<{ bucket: number }>(findBuckets, [])
  let total = 0
  for (const { bucket } of buckets) {
    let last: typeof first | undefined = first
    while (last !== undefined) {
      const values = [bucket, last.organization_id, last.member_id, last.connected_app_id]
      const found: Authorization[] = await database.query(findNext, values)
      last = found.at(-1)
      const next = found.filter((each) => projectId === undefined || each.project_id === projectId)
      if (next.length === 0) continue
      await changeAndAudit(database, async () => {
        const rows = await database.query<AuditRow & object>(raise, [
          bucket,
          next.map((each) => each.organization_id),
          next.map((each) => each.member_id),
          next.map((each) => each.connected_app_id),
        ])
        total += rows.length
        return rows.map((row) => Object.assign(row, reason))
      })
    }
  }
  return total
}
