import { glob, readFile } from 'node:fs/promises'
import type { Pool } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import type { AuditFilter } from '../src/audit/log.ts'
import { deletionQuery, pageQuery } from '../src/audit/log.ts'
import { commitOnDisk } from '../src/postgres/database.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { useDatabase } from './support/database.ts'
import { fillTables } from './support/fill-tables.ts'
import type { RecordedStatement } from './support/record-statements.ts'
import { recordStatements } from './support/record-statements.ts'

const empty = useDatabase()
const full = useDatabase()
let statements: RecordedStatement[]

beforeAll(async () => {
  await migrate({ databaseUrl: empty.database.url })
  statements = await recordStatements(full.database)
  await fillTables(full.database.pool)
})

it('these tests see every statement of the service', async () => {
  const names: string[] = []
  for await (const file of glob('src/**/*.ts')) {
    const source = await readFile(file, 'utf8')
    for (const [, name] of source.matchAll(
      /(?:name: |revokeStatement\()'([a-z-]+)',\s+(?:text:|'[A-Z])/g,
    )) {
      names.push(name ?? '')
    }
  }
  const recorded = statements.map(({ name }) => name)
  expect(recorded).toEqual(expect.arrayContaining(names))
  expect(recorded).toHaveLength(names.length)
})

/** Nobody is told of a cleanup, and the counts of requests are lost in a crash anyway. */
const unacknowledged = /^(?:remove-|postpone-|load-contexts$)/

it('every statement that writes what a response acknowledges waits for the disk', () => {
  const writing = statements.filter(({ text }) => /\b(?:INSERT|UPDATE|DELETE)\b/.test(text))
  const careless = writing.filter(({ text }) => !text.includes(commitOnDisk))
  expect(careless.map(({ name }) => name).filter((name) => !unacknowledged.test(name))).toEqual([])
  expect(writing.length - careless.length).toBeGreaterThan(10)
})

it('a request is counted without writing anything that has to be on disk', async () => {
  const counting = statements.find(({ name }) => name === 'load-contexts')
  if (counting === undefined) throw new Error('no request was counted')
  const { pool } = full.database
  await pool.query("UPDATE rate_limits SET window_ends_at = now() + interval '1 hour'")
  const countAll = 'SELECT sum(requests)::integer AS count FROM rate_limits'
  const before = await pool.query<{ count: number }>(countAll)
  const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: { 'WAL Records': number } }] }>(
    `EXPLAIN (ANALYZE, WAL, FORMAT JSON) ${counting.text}`,
    counting.values,
  )
  const after = await pool.query<{ count: number }>(countAll)
  expect(Number(after.rows[0]?.count)).toBe(Number(before.rows[0]?.count) + 1)
  expect(rows[0]?.['QUERY PLAN'][0].Plan['WAL Records']).toBe(0)
})

/**
 * The service's own have a row for each project at most, and no index on what the cleanup looks for.
 * PostgreSQL's roles and schemas are read once, at start.
 */
const unindexed = new Set(['rate_limits', 'server_keys', 'pg_authid', 'pg_namespace'])
/** To scan an empty table is cheapest; and these run once a minute. */
const ofCleanup = /^(?:remove-|postpone-)/
/** PostgreSQL's default of `jit_above_cost`. Compiling such a statement takes longer than running it. */
const costOfJit = 100_000

describe.each([
  { state: 'empty', database: () => empty.database },
  { state: 'full', database: () => full.database },
])('while tables are $state, and plan settings have their defaults,', ({ state, database }) => {
  it.each(['(GENERIC_PLAN, FORMAT JSON)', '(FORMAT JSON)'])(
    'no statement scans a table, or is compiled: %s',
    async (options) => {
      const bad: string[] = []
      for (const statement of statements) {
        if (state === 'empty' && ofCleanup.test(statement.name)) continue
        const plan = await explain(database().pool, options, statement)
        const scanned = tablesScanned(plan).filter((table) => !unindexed.has(table))
        if (scanned.length > 0) bad.push(`${statement.name} scans ${scanned.join(', ')}`)
        if (plan['Total Cost'] > costOfJit)
          bad.push(`${statement.name} costs ${plan['Total Cost']}`)
      }
      expect(bad).toEqual([])
    },
  )
})

it('no statement is planned at each run', async () => {
  const client = await full.database.pool.connect()
  await client.query('BEGIN')
  for (const { name, text, values } of statements) {
    for (let run = 0; run < 7; run += 1) await client.query({ name, text, values })
  }
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM pg_prepared_statements WHERE generic_plans = 0',
  )
  await client.query('ROLLBACK')
  client.release()
  expect(rows.map(({ name }) => name).filter((name) => !ofCleanup.test(name))).toEqual([])
})

it('the audit log is read in the order of an index, and one Organization of it by another', async () => {
  const after = { at: '2026-01-31T12:00:00Z', audit_id: 7 }
  const planOf = (filter: AuditFilter, position?: typeof after) =>
    explain(full.database.pool, '(FORMAT JSON)', { name: '', ...pageQuery(filter, position) })
  for (const plan of [
    await planOf({}),
    await planOf({}, after),
    await planOf({ since: '2026-01-01T00:00Z' }, after),
  ]) {
    expect(nodeTypesIn(plan)).toEqual(['Limit', 'Index Scan'])
  }
  const ofOrganization = await planOf({ organizationId: 'filled-organization-7' }, after)
  expect(tablesScanned(ofOrganization)).toEqual([])
})

it('old rows of the audit log are found by an index', async () => {
  const query = { text: deletionQuery, values: ['2026-01-01T00:00Z', 5000] }
  const plan = await explain(full.database.pool, '(FORMAT JSON)', { name: '', ...query })
  expect(tablesScanned(plan)).toEqual([])
})

interface Plan {
  'Node Type': string
  'Relation Name'?: string
  'Total Cost': number
  Plans?: Plan[]
}

async function explain(
  pool: Pool,
  options: string,
  { text, values }: RecordedStatement,
): Promise<Plan> {
  const isGeneric = options.includes('GENERIC_PLAN')
  const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `EXPLAIN ${options} ${text}`,
    isGeneric ? undefined : values,
  )
  const plan = rows[0]?.['QUERY PLAN'][0].Plan
  if (plan === undefined) throw new Error('EXPLAIN has no result')
  return plan
}

function nodeTypesIn(plan: Plan): string[] {
  return [plan['Node Type'], ...(plan.Plans ?? []).flatMap(nodeTypesIn)]
}

function tablesScanned(plan: Plan): string[] {
  const own = plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? 'something'] : []
  return [...own, ...(plan.Plans ?? []).flatMap(tablesScanned)]
}
