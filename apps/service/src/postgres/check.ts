import { randomUUID } from 'node:crypto'
import type { Client } from 'pg'
import { ConfigurationError } from '../configuration.ts'
import type { Database } from './database.ts'
import { queryTimeoutMs } from './database.ts'
import { isDatabaseError } from './errors.ts'
import { withClient } from './hosts.ts'

/** How many connections are tried, since a busy pooler may assign the same server connection twice. */
const attempts = 3

/**
 * Checks at start that connections support what the service needs, since it would otherwise fail later.
 *
 * @param prepare whether statements are prepared by name
 * @returns the role's `statement_timeout`, and whether the server is a standby
 * @throws {ConfigurationError} if statements are prepared by name, but a pooler runs each transaction
 * on another connection to PostgreSQL
 */
export async function checkConnection(
  databaseUrl: string,
  prepare: boolean,
): Promise<{ statementTimeoutMs: number; isStandby: boolean }> {
  // PgBouncer assigns the connection that was used last, or the next in turn. So either the
  // second client prepares what exists already, or the first one misses what it has prepared.
  const name = `check-${randomUUID()}`
  const text = `SELECT setting::integer AS timeout, pg_is_in_recovery() AS is_standby
    FROM pg_settings WHERE name = 'statement_timeout'`
  const statement = prepare ? { name, text } : { text }
  let found = { statementTimeoutMs: 0, isStandby: false }
  for (let attempt = 0; attempt < (prepare ? attempts : 1); attempt += 1) {
    await connect(databaseUrl, async (client) => {
      for (let run = 0; run < 2; run += 1) {
        const { rows } = await client.query<{ timeout: number; is_standby: boolean }>(statement)
        for (const { timeout, is_standby: isStandby } of rows) {
          found = { statementTimeoutMs: timeout, isStandby }
        }
      }
      // A pooler of statements rejects transactions, which some requests need.
      await client.query('BEGIN')
      await client.query('COMMIT')
    })
  }
  return found
}

const findNodeSettings = {
  name: 'find-node-settings',
  text: "SELECT result FROM run_command_on_all_nodes('SHOW synchronous_commit')",
}

/**
 * Checks at start that each node of Citus commits on disk, which no statement can ensure there (see
 * `commitOnDisk`).
 *
 * @throws {ConfigurationError} if one does not, or the database has no Citus
 */
export async function checkNodes(database: Database): Promise<void> {
  try {
    const settings = await database.query<{ result: string }>(findNodeSettings, [])
    const weak = settings.find(({ result }) => !['on', 'remote_apply'].includes(result))
    if (weak === undefined) return
    throw new ConfigurationError([
      `a node of Citus has synchronous_commit = ${weak.result}, with which a crash loses acknowledged revokes; set it to on or remote_apply, for the role and on every node`,
    ])
  } catch (error) {
    const undefinedFunction = '42883'
    if (!isDatabaseError(error, undefinedFunction)) throw error
    throw new ConfigurationError([
      'DATABASE_KIND is citus, but the database of DATABASE_URL has no Citus; create the extension, or unset DATABASE_KIND',
    ])
  }
}

async function connect(databaseUrl: string, use: (client: Client) => Promise<void>): Promise<void> {
  const options = { query_timeout: queryTimeoutMs, application_name: 'connected-apps check' }
  try {
    await withClient(databaseUrl, options, use)
  } catch (error) {
    if (!isUnprepared(error)) throw error
    throw new ConfigurationError([
      'DATABASE_URL leads to a connection pooler that shares connections between clients; set DATABASE_PREPARE=off, or make it pool sessions',
    ])
  }
}

/** Whether PostgreSQL reported that a client's prepared statements are those of another client. */
function isUnprepared(error: unknown): boolean {
  const duplicatePreparedStatement = '42P05'
  const invalidStatementName = '26000'
  return isDatabaseError(error, duplicatePreparedStatement, invalidStatementName)
}
