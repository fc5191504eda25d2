import { readdir, readFile } from 'node:fs/promises'
import type { Client } from 'pg'
import { clientFor } from './hosts.ts'

const directory = new URL('../../migrations/', import.meta.url)
/** An arbitrary number that nothing else in this database uses as an advisory lock. */
const lockKey = 7_009_2024

export interface MigrationOptions {
  databaseUrl: string
  /** The owner of the tables. Default: `databaseUrl`. */
  migrationDatabaseUrl?: string | undefined
  /** Ends the migration; what is not committed is undone. */
  signal?: AbortSignal | undefined
  /** Called once if another instance is migrating, which this call then waits for. */
  onWait?: () => void
}

/**
 * Applies the migrations that the database doesn't have yet. Instances that start at the same time
 * wait for each other. It uses a connection without the pool's timeouts, since a migration, and the
 * wait for another instance's, may take any time.
 *
 * @returns the names of the migrations that this call applied
 */
export async function migrate({
  databaseUrl,
  migrationDatabaseUrl = databaseUrl,
  signal,
  onWait = () => undefined,
}: MigrationOptions): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).toSorted()
  const { Client: ClientClass, connectionString } = clientFor(migrationDatabaseUrl)
  const client = new ClientClass({
    connectionString,
    application_name: 'connected-apps migration',
  })
  // A broken connection makes the running query fail, which is enough; but without a listener the
  // event would crash the process.
  client.on('error', () => undefined)
  const end = (): void => void client.end()
  try {
    await client.connect()
    signal?.throwIfAborted()
    signal?.addEventListener('abort', end)
    return await applyPending(client, names, onWait)
  } finally {
    signal?.removeEventListener('abort', end)
    // Closing the connection rolls an open transaction back.
    await client.end()
  }
}

async function applyPending(
  client: Client,
  names: string[],
  onWait: () => void,
): Promise<string[]> {
  await client.query('BEGIN')
  // Overrides the settings of the role and the database.
  await client.query('SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0')
  const { rows: locks } = await client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1) AS locked',
    [lockKey],
  )
  if (locks[0]?.locked !== true) {
    onWait()
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
  }
  await client.query(
    'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  )
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations')
  const applied = new Set(rows.map(({ name }) => name))
  const pending = names.filter((name) => !applied.has(name))
  for (const name of pending) {
    await client.query(await readFile(new URL(name, directory), 'utf8'))
    await client.query('INSERT INTO migrations (name) VALUES ($1)', [name])
  }
  await client.query('COMMIT')
  return pending
}
