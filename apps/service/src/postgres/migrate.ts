import { readdir, readFile } from 'node:fs/promises'
import { Client } from 'pg'

const directory = new URL('../../migrations/', import.meta.url)
/** Any number that no other user of the same database locks. */
const lockKey = 7_009_2024

/**
 * Brings the database to the newest schema. Instances that start at once wait for each other;
 * what is applied already is skipped. It has a connection of its own, since a migration may take as
 * long as it needs, and so may the wait for one.
 *
 * @returns the names of the migrations that were applied now
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).toSorted()
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 3000,
    application_name: 'connected-apps migration',
  })
  // A break fails the query under way, which says so; with no listener it would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await applyPending(client, names)
  } finally {
    // Undoes what is not committed, and can't hide why.
    await client.end()
  }
}

async function applyPending(client: Client, names: string[]): Promise<string[]> {
  await client.query('BEGIN')
  // Whatever the role or the database says.
  await client.query('SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0')
  await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
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
