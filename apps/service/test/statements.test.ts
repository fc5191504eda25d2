import { glob, readFile } from 'node:fs/promises'
import type { Pool } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import type { AuditFilter } from '../src/audit/log.ts'
import { deletionQueries, pageQuery } from '../src/audit/log.ts'
import { commitOnDisk } from '../src/postgres/statement.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { useDatabase } from './support/database.ts'
import { addFakeNodes } from './support/fake-citus.ts'
import { fillTables } from './support/fill-tables.ts'
import type { RecordedStatement } from './support/record-statements.ts'
import { recordStatements } from './support/record-statements.ts'

const empty = useDatabase()
const full = useDatabase()
const distributed = useDatabase()
/** What the service sends to PostgreSQL, what it sends to Citus, and of that what PostgreSQL never gets. */
let statements: RecordedStatement[]
let onCitus: RecordedStatement[]
let onlyOnCitus: RecordedStatement[]

beforeAll(async () => {
  await migrate({ databaseUrl: empty.database.url })
  await addFakeNodes(empty.database.pool, 'on')
  statements = await recordStatements(full.database, false)
})

beforeAll(async () => {
  const filled = fillTables(full.database.pool)
  onCitus = await recordStatements(distributed.database, true)
  const texts = new Set(statements.map(({ text }) => text))
  onlyOnCitus = onCitus.filter(({ text }) => !texts.has(text))
  await filled
  await addFakeNodes(full.database.pool, 'on')
})

it('these tests see every statement of the service', async () => {
  const names = new Set<string>()
  // Not those of a command, which runs once, and may read whole tables.
  for await (const file of glob('src/**/*.ts', { exclude: ['src/restore/**'] })) {
    const source = await readFile(file, 'utf8')
    for (const [, name = ''] of source.matchAll(
      /(?:name: |(?:Statement|ByKey|grantEnd)\(\s*)'([a-z-]+)',\s+(?:text:|\d|['`])/g,
    )) {
      names.add(name)
    }
  }
  const recorded = [...statements, ...onlyOnCitus]
    .map(({ name }) => name.replace('find-for-', ''))
    // Its name contains a number.
    .filter((name) => !name.startsWith('insert-audit-rows-'))
  expect(new Set(recorded)).toEqual(names)
})

/** No response depends on a cleanup, and the counts of requests are lost in a crash anyway. */
const unacknowledged = /^(?:remove-|postpone-|load-contexts)/

it('every statement that writes what a response acknowledges waits for the disk', () => {
  const writing = statements.filter(({ text }) => /\b(?:INSERT|UPDATE|DELETE)\b/.test(text))
  const notDurable = writing.filter(({ text }) => !text.includes(commitOnDisk))
  expect(notDurable.map(({ name }) => name).filter((name) => !unacknowledged.test(name))).toEqual(
    [],
  )
  expect(writing.length - notDurable.length).toBeGreaterThan(10)
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
 * PostgreSQL's are small, and read at start, by health checks, and once a second for a read replica.
 */
const unindexed = new Set([
  'rate_limits',
  'server_keys',
  'pg_authid',
  'pg_database',
  'pg_db_role_setting',
  'pg_namespace',
])
/** To scan an empty table is cheapest; and these run once a minute. */
const ofCleanup = /^(?:remove-|find-for-|find-due-|postpone-)/
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
      for (const statement of [...statements, ...onlyOnCitus]) {
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

/** The tables whose rows are in buckets, according to the migrations. */
async function findDistributedTables(): Promise<string[]> {
  const { rows } = await full.database.pool.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE obj_description(oid, 'pg_class') = 'distributed'",
  )
  return rows.map(({ name }) => name)
}

/** These look for rows in any bucket, for the reasons in decisions/0007. All others know the bucket. */
const inAnyBucket = [
  'load-contexts',
  'find-member',
  'find-member-by-session-token',
  'find-signed-in-member',
  'find-for-remove-expired-tokens',
  'find-for-remove-consumed-payloads',
  'find-for-remove-sessions',
  'find-due-grants',
]

it.each([
  {
    title: 'on PostgreSQL, every other statement looks rows up by their bucket',
    recorded: () => statements,
    isByBucket: ({ index }: Lookup) => /\bbucket = /.test(index),
    exceptions: inAnyBucket,
  },
  {
    title: 'on Citus, every other statement tells the router its one bucket, by a parameter',
    recorded: () => onCitus,
    // It may also be a filter, since a session is found by its token.
    isByBucket: ({ index, filter }: Lookup) => /\bbucket = \$\d/.test(index + filter),
    exceptions: [
      ...inAnyBucket.filter((name) => name !== 'load-contexts'),
      'find-session-in-any-bucket',
    ],
  },
])('$title', async ({ recorded, isByBucket, exceptions }) => {
  const tables = await findDistributedTables()
  expect(tables).toContain('tokens')
  const unrouted = new Set<string>()
  for (const statement of recorded()) {
    const plan = await explain(full.database.pool, '(GENERIC_PLAN, FORMAT JSON)', statement)
    const lookups = lookupsIn(plan).filter(({ table }) => tables.includes(table))
    if (!lookups.every(isByBucket)) unrouted.add(statement.name)
  }
  expect([...unrouted].toSorted()).toEqual(exceptions.toSorted())
})

it('on Citus, no statement ends access and inserts its audit row, since that is committed in two steps', () => {
  const ending = onCitus.filter(({ text }) => /UPDATE (?:app_authorizations|grants)/.test(text))
  expect(ending.map(({ name }) => name)).toContain('revoke-skip-locked')
  expect(ending.filter(({ text }) => text.includes('INSERT INTO'))).toEqual([])
})

it('the audit log is read in the order of an index, and that of one Organization by another', async () => {
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
  const before = '2026-01-01T00:00Z'
  for (const [name, text] of Object.entries(deletionQueries)) {
    const query = { name, text, values: name === 'find' ? [before, 5000] : [before] }
    const plan = await explain(full.database.pool, '(FORMAT JSON)', query)
    expect(tablesScanned(plan)).toEqual([])
  }
})

interface Plan {
  'Node Type': string
  'Relation Name'?: string
  'Index Cond'?: string
  Filter?: string
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

/** How a plan looks rows of a table up: what the index is searched for, and how the rows are filtered. */
interface Lookup {
  table: string
  index: string
  filter: string
}

/** A bitmap has the table in one node, and the conditions on the indexes in those below it. */
function lookupsIn(plan: Plan): Lookup[] {
  const table = plan['Relation Name']
  const others = (plan.Plans ?? []).flatMap(lookupsIn)
  if (table === undefined || !plan['Node Type'].includes('Scan')) return others
  const bitmaps = (plan.Plans ?? []).filter(isBitmap).flatMap(conditionsIn)
  const index = [plan['Index Cond'], ...bitmaps].join(' ')
  return [{ table, index, filter: plan.Filter ?? '' }, ...others]
}

function isBitmap(plan: Plan): boolean {
  return plan['Node Type'].startsWith('Bitmap')
}

function conditionsIn(plan: Plan): string[] {
  return [plan['Index Cond'] ?? '', ...(plan.Plans ?? []).flatMap(conditionsIn)]
}

function tablesScanned(plan: Plan): string[] {
  const own = plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? 'something'] : []
  return [...own, ...(plan.Plans ?? []).flatMap(tablesScanned)]
}
