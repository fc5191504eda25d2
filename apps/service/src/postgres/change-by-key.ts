import type { BatchStatement, OnlyIn } from './batch-statement.ts'
import { batchStatement, runBatch } from './batch-statement.ts'
import type { Database } from './database.ts'
import { lengthOf } from './statement.ts'

/** What a batch is run with. */
export type BatchDatabase = Pick<Database, 'run' | 'isDistributed'>

/** The columns that are a key together with the bucket. */
export type Key = 'token_hash' | 'grant_id' | 'session_id'

/** The key of a row that was found. */
export interface KeyRow {
  bucket: number
  key: string | Buffer
}

/**
 * Creates the statement that changes rows of a table of buckets by their keys.
 *
 * @param change what is done to rows `t`, up to where their keys are joined
 * @param and a condition that may not hold for all of them
 * @param parameters how many parameters it has, of which the first two are the keys
 */
export function changeByKey(
  name: string,
  key: Key,
  change: string,
  {
    and = () => '',
    parameters = 2,
  }: { and?: (onlyIn: OnlyIn) => string; parameters?: number } = {},
): BatchStatement {
  const type = key === 'token_hash' ? 'bytea' : 'text'
  return batchStatement(
    name,
    parameters,
    (onlyIn) => `${change}
      (SELECT * FROM unnest($1::integer[], $2::${type}[]) LIMIT ${lengthOf('$2')}) AS k (bucket, key)
      WHERE t.bucket = k.bucket ${onlyIn('t.bucket')} AND t.${key} = k.key ${and(onlyIn)}`,
  )
}

/**
 * Changes rows by a statement of {@link changeByKey}. It locks them in the order of their keys: two
 * instances that found the same rows in different orders would otherwise wait for each other.
 *
 * @returns how many rows it changed
 */
export async function changeRows(
  database: BatchDatabase,
  statement: BatchStatement,
  rows: KeyRow[],
  ...others: unknown[]
): Promise<number> {
  let changed = 0
  for (const group of groupsOf(database, rows.toSorted(compareKeys))) {
    const result = await runBatch(
      database,
      statement,
      [...keysOf(group), ...others],
      bucketsOf(group),
    )
    changed += result.rowCount ?? 0
  }
  return changed
}

function compareKeys(a: KeyRow, b: KeyRow): number {
  if (a.bucket !== b.bucket) return a.bucket - b.bucket
  return textOf(a) < textOf(b) ? -1 : 1
}

function textOf({ key }: KeyRow): string {
  return typeof key === 'string' ? key : key.toString('hex')
}

/** The rows that one statement may change: those of one bucket, if the database is distributed. */
export function groupsOf<R extends KeyRow>(database: BatchDatabase, rows: R[]): R[][] {
  if (rows.length === 0) return []
  return database.isDistributed ? [...Map.groupBy(rows, ({ bucket }) => bucket).values()] : [rows]
}

/** The first two parameters of a statement about these rows. */
export function keysOf(rows: KeyRow[]): unknown[] {
  return [bucketsOf(rows), rows.map(({ key }) => key)]
}

export function bucketsOf(rows: KeyRow[]): number[] {
  return rows.map(({ bucket }) => bucket)
}
