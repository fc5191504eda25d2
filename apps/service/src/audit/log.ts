import type { Client } from 'pg'

/** Which rows of the audit log are read. Each condition that is given must hold. */
export interface AuditFilter {
  projectId?: string
  organizationId?: string
  memberId?: string
  connectedAppId?: string
  action?: string
  /** An ISO 8601 time. */
  since?: string
  /** An ISO 8601 time; the rows of that time are left out. */
  until?: string
}

/**
 * Reads a date (in UTC) or time of ISO 8601. A time without an offset is rejected, since its meaning
 * would depend on the reader.
 *
 * @returns undefined if it is neither
 */
export function toTime(value: string): string | undefined {
  const [, date = '', time = 'T00:00Z'] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(value) ?? []
  if (Number.isNaN(Date.parse(date + time))) return undefined
  // JavaScript parses February 30 as March 2.
  return new Date(date).toISOString().startsWith(date) ? date + time : undefined
}

const conditions = {
  projectId: 'project_id =',
  organizationId: 'organization_id =',
  memberId: 'member_id =',
  connectedAppId: 'connected_app_id =',
  action: 'action =',
  since: 'at >=',
  until: 'at <',
} satisfies Record<keyof AuditFilter, string>

const lookups = {
  projectId: ['project', 'SELECT FROM projects WHERE project_id = $1'],
  organizationId: ['organization', 'SELECT FROM organizations WHERE organization_id = $1'],
  memberId: ['member', 'SELECT FROM members WHERE member_id = $1'],
  connectedAppId: ['connected app', 'SELECT FROM connected_apps WHERE connected_app_id = $1'],
} as const satisfies Partial<Record<keyof AuditFilter, [string, string]>>

/** Finds an id in the filter that does not exist. */
export async function findUnknown(
  client: Client,
  filter: AuditFilter,
): Promise<{ noun: string; id: string } | undefined> {
  for (const name of Object.keys(lookups) as (keyof typeof lookups)[]) {
    const id = filter[name]
    const [noun, text] = lookups[name]
    if (id !== undefined && (await client.query(text, [id])).rowCount === 0) return { noun, id }
  }
  return undefined
}

/** The position of a row in the order in which rows are read. */
interface Position {
  /** Text, since a Date of JavaScript has no microseconds. */
  at: string
  audit_id: number
}

const pageSize = 1000

/** The query for the next page of rows. Exported for tests. */
export function pageQuery(filter: AuditFilter, after?: Position) {
  const values: unknown[] = []
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const all = Object.entries(conditions).flatMap(([name, condition]) => {
    const value = filter[name as keyof AuditFilter] // Object.entries has no types for keys
    return value === undefined ? [] : `${condition} ${parameter(value)}`
  })
  if (after !== undefined) {
    all.push(`(at, audit_id) > (${parameter(after.at)}, ${parameter(after.audit_id)})`)
  }
  // The numbers are converted, since bigint would become text.
  const text = `
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
      audit_id::float8, action, outcome, request_id, project_id, actor_member_id,
      actor_session_id, organization_id, member_id, connected_app_id, grant_id,
      revocation_count::float8
    FROM audit_log a ${all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`}
    ORDER BY a.at, a.audit_id LIMIT ${pageSize}`
  return { text, values }
}

/**
 * Reads the audit log in order, as JSON lines without what is NULL. It reads page by page, so that
 * neither PostgreSQL nor this process needs memory for the whole log.
 */
export async function* readAuditLog(client: Client, filter: AuditFilter): AsyncGenerator<string> {
  let after: Position | undefined
  do {
    const { rows } = await run<Position>(client, pageQuery(filter, after))
    yield rows.map((row) => `${JSON.stringify(row, withoutNull)}\n`).join('')
    after = rows.length < pageSize ? undefined : rows.at(-1)
  } while (after !== undefined)
}

function withoutNull(_: string, value: unknown): unknown {
  return value ?? undefined
}

/** The queries of one batch: the time of its last row, and the deletion up to it. Exported for tests. */
export const deletionQueries = {
  find: 'SELECT at::text FROM audit_log WHERE at < $1 ORDER BY at OFFSET $2 LIMIT 1',
  delete: 'DELETE FROM audit_log WHERE at <= $1',
  deleteRest: 'DELETE FROM audit_log WHERE at < $1',
}

/**
 * Deletes the rows before a time, in batches, so that none of them takes long.
 *
 * @param before an ISO 8601 time
 * @returns how many rows were deleted
 */
export async function deleteAuditRows(
  client: Client,
  before: string,
  batchSize = 5000,
): Promise<number> {
  let total = 0
  for (;;) {
    const find = { text: deletionQueries.find, values: [before, batchSize - 1] }
    const [last] = (await run<{ at: string }>(client, find)).rows
    const remove =
      last === undefined
        ? { text: deletionQueries.deleteRest, values: [before] }
        : { text: deletionQueries.delete, values: [last.at] }
    total += (await run(client, remove)).rowCount ?? 0
    if (last === undefined) return total
  }
}

/** A filter that matches few rows may have to read many, so the role's timeout does not apply. */
async function run<Row extends object>(client: Client, query: ReturnType<typeof pageQuery>) {
  await client.query('BEGIN; SET LOCAL statement_timeout = 0')
  const result = await client.query<Row>(query)
  await client.query('COMMIT')
  return result
}
