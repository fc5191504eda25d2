import type { Database } from '../postgres/database.ts'

/** A row of `audit_log`, as the service adds it. */
export interface AuditRow {
  bucket: number
  organization_id: string
  action: string
  outcome: string
  request_id: string
  project_id: string
  actor_member_id?: string | undefined
  actor_session_id?: string | undefined
  member_id: string
  connected_app_id: string
  grant_id?: string | undefined
  revocation_count?: string | undefined
}

const columns = [
  'bucket',
  'organization_id',
  'action',
  'outcome',
  'request_id',
  'project_id',
  'actor_member_id',
  'actor_session_id',
  'member_id',
  'connected_app_id',
  'grant_id',
  'revocation_count',
] as const satisfies (keyof AuditRow)[]

/**
 * Changes rows of one bucket of a distributed database, and writes to the audit log that it did.
 *
 * Elsewhere this is one statement. Citus copies what is inserted by such a statement to its node, and
 * commits a copy in two steps. Until a node has received the second one, it has the old rows, and accepts
 * what was revoked. Rows that are listed in VALUES are committed in one step, together with the
 * change.
 *
 * @param change returns the rows for the audit log
 */
export async function changeAndAudit(
  database: Database,
  change: () => Promise<AuditRow[]>,
): Promise<void> {
  await database.transactional(async () => {
    await database.begin()
    const rows = await change()
    if (rows.length > 0) {
      const parameters = rows.map((_, row) => {
        const numbers = columns.map((__, column) => `$${row * columns.length + column + 1}`)
        return `(${numbers.join(', ')})`
      })
      const text = `INSERT INTO audit_log (${columns.join(', ')}) VALUES ${parameters.join(', ')}`
      const values = rows.flatMap((row) => columns.map((column) => row[column]))
      await database.execute({ name: `insert-audit-rows-${rows.length}`, text }, values)
    }
    return true
  })
}
