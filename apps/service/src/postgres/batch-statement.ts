import type { QueryResult, QueryResultRow } from 'pg'
import type { BatcherOptions } from './batcher.ts'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** The statement of a batch, whose rows belong to buckets. */
export interface BatchStatement {
  name: string
  /** For rows of any buckets. */
  spanning: Statement
  /** For rows of one bucket, which is one more parameter. */
  routed: Statement
}

/** A condition on a column for the one bucket of a batch; it is empty, or begins with `AND`. */
export type OnlyIn = (column: string) => string

/**
 * Creates the statement of a batch, in both of its forms. A distributed database sends a statement to
 * one node only if a constant or a parameter says which: the bucket of a row that is joined does not.
 *
 * @param parameters how many parameters it has
 */
export function batchStatement(
  name: string,
  parameters: number,
  text: (onlyIn: OnlyIn, isRouted: boolean) => string,
): BatchStatement {
  const parameter = `$${parameters + 1}::integer`
  return {
    name,
    spanning: { name, text: text(() => '', false) },
    routed: { name, text: text((column) => `AND ${column} = ${parameter}`, true) },
  }
}

/** Runs the statement of a batch, which has only one bucket if the database is distributed. */
export function runBatch<Row extends QueryResultRow>(
  database: Pick<Database, 'isDistributed' | 'run'>,
  { spanning, routed }: BatchStatement,
  values: unknown[],
  [bucket]: (number | undefined)[],
): Promise<QueryResult<Row>> {
  return database.isDistributed
    ? database.run<Row>(routed, [...values, bucket ?? noBucket])
    : database.run<Row>(spanning, values)
}

/** Keys without a bucket are sent to any node, where they find nothing. */
const noBucket = 0

/**
 * The options of a batcher whose batches don't span two buckets if the database is distributed. A batch
 * that changes rows on two nodes would be committed in two steps, and a node that has not received the
 * second one still has the old rows, so it would lack a revoke that was acknowledged.
 */
export function perBucket<Input>(
  { isDistributed }: Pick<Database, 'isDistributed'>,
  bucketOfInput: (input: Input) => number | undefined,
): Pick<Partial<BatcherOptions<Input>>, 'keyOf' | 'maxConcurrency'> {
  if (!isDistributed) return {}
  return {
    keyOf: (input) => String(bucketOfInput(input) ?? noBucket),
    // Batches are smaller, and each waits for one node.
    maxConcurrency: 6,
  }
}
