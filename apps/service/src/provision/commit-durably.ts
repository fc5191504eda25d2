import type { ClientBase, Pool, QueryResult, QueryResultRow } from 'pg'
import { commitOnDisk, unconfirmedCommitCode } from '../postgres/statement.ts'
import { UnconfirmedCommitError } from '../server/cause.ts'

/** A message of PostgreSQL that is not an error, such as a warning. */
interface Notice {
  code: string | undefined
  message: string | undefined
}

/**
 * Runs `work` in a transaction of its own. Once it has been committed, it is on disk (see
 * {@link commitOnDisk}). That is a statement of its own, since Citus rejects it inside of others.
 *
 * @throws {UnconfirmedCommitError} if it was committed, but a standby may lack it
 */
export async function commitDurably<Result>(
  pool: Pool,
  work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  // A lost connection fails the statement that waits for it, too. Without a listener it would end the process.
  const onError = () => undefined
  client.on('error', onError)
  let warning: string | undefined
  const onNotice = ({ code, message }: Notice) => {
    if (code === unconfirmedCommitCode) warning = message
  }
  try {
    await client.query(`BEGIN; SELECT ${commitOnDisk}`)
    const result = await work(client)
    client.on('notice', onNotice)
    await client.query('COMMIT')
    if (warning !== undefined) throw new UnconfirmedCommitError(warning)
    client.off('notice', onNotice)
    client.off('error', onError)
    client.release()
    return result
  } catch (error) {
    // Closing the connection rolls back what was not committed.
    client.release(true)
    throw error
  }
}

/** Like {@link commitDurably}, for a single statement. */
export function queryDurably<Row extends QueryResultRow>(
  pool: Pool,
  text: string,
  values: unknown[],
): Promise<QueryResult<Row>> {
  return commitDurably(pool, (client) => client.query<Row>(text, values))
}
