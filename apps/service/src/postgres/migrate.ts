import { readdir, readFile } from 'node:fs/promises'
import type { Pool } from 'pg'

const directory = new URL('../../migrations/', import.meta.url)
/** Any number that no other user of the same database locks. */
const lockKey = 7_009_2024

/**
 * Brings the database to the newest schema. Instances that start at once wait for each other;
 * what is applied already is skipped.
 *
 * @returns the names of the migrations that were applied now
 */
export async function migrate(pool: Pool): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).toSorted()
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
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
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}
