import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { migrate } from '../src/postgres/migrate.ts'
import { useDatabase } from './support/database.ts'

const test = useDatabase()

describe('migrations', () => {
  it('are numbered from 1, without a gap and without a number that two share', async () => {
    const names = await readdir(new URL('../migrations/', import.meta.url))
    const numbers = names.toSorted().map((name) => /^(\d{4})-[a-z-]+\.sql$/.exec(name)?.[1])
    expect(numbers).toEqual(names.map((_, index) => String(index + 1).padStart(4, '0')))
  })

  it('run once, however many instances start at the same time, and do nothing the next time', async () => {
    const { url } = test.database
    const runs = await Promise.all([
      migrate({ databaseUrl: url }),
      migrate({ databaseUrl: url }),
      migrate({ databaseUrl: url }),
    ])
    const applied = runs.flat()
    expect(applied.length).toBeGreaterThan(0)
    expect(new Set(applied).size).toBe(applied.length)
    expect(await migrate({ databaseUrl: url })).toEqual([])
  })

  it('wait for another instance longer than the statement timeout', async () => {
    const { pool } = test.database
    await pool.query(`DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET statement_timeout = 100', current_database());
    END $$`)
    const unlock = await lockMigrations()
    const migrating = migrate({ databaseUrl: test.database.url })
    await expect.poll(blockedPids).toHaveLength(1)
    await pool.query('SET statement_timeout = 0; SELECT pg_sleep(0.3)')
    await unlock()
    expect(await migrating).toEqual([])
  })

  it('report that their connection was lost', async () => {
    const unlock = await lockMigrations()
    const failed = migrate({ databaseUrl: test.database.url }).catch(String)
    await expect.poll(blockedPids).toHaveLength(1)
    await test.database.pool.query('SELECT pg_terminate_backend($1)', await blockedPids())
    expect(await failed).toContain('terminating connection')
    await unlock()
  })
})

/** @returns a function that releases the lock */
async function lockMigrations(): Promise<() => Promise<void>> {
  const client = await test.database.pool.connect()
  await client.query('SELECT pg_advisory_lock(70092024)')
  return async () => {
    await client.query('SELECT pg_advisory_unlock(70092024)')
    client.release()
  }
}

/** The process ids of those that wait for the lock. */
async function blockedPids(): Promise<number[]> {
  const { rows } = await test.database.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return rows.map(({ pid }) => pid)
}
