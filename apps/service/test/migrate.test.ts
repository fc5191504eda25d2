import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it, vi } from 'vitest'
import type { MigrationOptions } from '../src/postgres/migrate.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { createDatabase, useDatabase } from './support/database.ts'

const test = useDatabase()
const last = '0003-server.sql'

describe('migrations', () => {
  it('are numbered from 1, without a gap or a duplicate', async () => {
    const names = await readdir(new URL('../migrations/', import.meta.url))
    const numbers = names.toSorted().map((name) => /^(\d{4})-[a-z-]+\.sql$/.exec(name)?.[1])
    expect(numbers).toEqual(names.map((_, index) => String(index + 1).padStart(4, '0')))
  })

  it('run once, however many instances start at the same time, and do nothing the next time', async () => {
    const runs = await Promise.all([migrateNow(), migrateNow(), migrateNow()])
    const applied = runs.flat()
    expect(applied.length).toBeGreaterThan(0)
    expect(new Set(applied).size).toBe(applied.length)
    expect(await migrateNow()).toEqual([])
  })

  it('wait for those of another instance, and report it once', async () => {
    await undoLast()
    const unlock = await hold('SELECT pg_advisory_xact_lock(70092024)')
    const onWait = vi.fn<() => void>()
    const migrating = migrateNow({ onWait })
    await vi.waitUntil(() => onWait.mock.calls.length > 0)
    await test.database.pool.query('SELECT pg_sleep(0.3)')
    await unlock()
    expect(await migrating).toEqual([last])
    expect(onWait).toHaveBeenCalledTimes(1)
  })

  it('wait for those of another instance until they are aborted', async () => {
    await undoLast()
    const unlock = await hold('SELECT pg_advisory_xact_lock(70092024)')
    const stopping = new AbortController()
    const reason = new Error('stopped')
    const onWait = (): void => stopping.abort(reason)
    await expect(migrateNow({ signal: stopping.signal, onWait })).rejects.toBe(reason)
    await expect.poll(migratingPids).toEqual([])
    await unlock()
    await expect(migrateNow({ signal: stopping.signal })).rejects.toBe(reason)
    expect(await migrateNow()).toEqual([last])
  })

  it('wait for a table that another transaction uses, longer than the statement timeout', async () => {
    const { pool } = test.database
    await undoLast()
    await pool.query(`DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET statement_timeout = 100', current_database());
    END $$`)
    const unlock = await hold('LOCK TABLE migrations IN SHARE MODE')
    const migrating = migrateNow()
    await expect.poll(blockedPids).toHaveLength(1)
    await pool.query('SET statement_timeout = 0; SELECT pg_sleep(0.3)')
    await unlock()
    expect(await migrating).toEqual([last])
    await pool.query(`DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I RESET statement_timeout', current_database());
    END $$`)
  })

  it('yield to other users of that table, and are retried', async () => {
    await undoLast()
    const unlock = await hold('LOCK TABLE migrations IN SHARE MODE')
    const migrating = migrateNow()
    await expect.poll(blockedPids).toHaveLength(1)
    await expect.poll(blockedPids, { timeout: 10_000, interval: 10 }).toEqual([])
    await unlock()
    expect(await migrating).toEqual([last])
  })

  it('change nothing if that table stays in use, and explain what to do', async () => {
    const { pool } = test.database
    await undoLast()
    const unlock = await hold('LOCK TABLE migrations IN SHARE MODE')
    await expect(migrateNow()).rejects.toThrow(
      'a migration waited 3 times 2 s for a table that other transactions use, and nothing was changed; end those transactions, or run it again later',
    )
    await unlock()
    const { rows } = await pool.query("SELECT to_regclass('server_keys') AS name")
    expect(rows).toEqual([{ name: null }])
    expect(await migrateNow()).toEqual([last])
  })

  it('report that their connection was lost', async () => {
    await undoLast()
    const unlock = await hold('LOCK TABLE migrations IN SHARE MODE')
    const failed = migrateNow().catch(String)
    await expect.poll(blockedPids).toHaveLength(1)
    await test.database.pool.query('SELECT pg_terminate_backend($1)', await blockedPids())
    expect(await failed).toContain('terminating connection')
    await unlock()
    expect(await migrateNow()).toEqual([last])
  })
})

describe('pnpm migrate', () => {
  const command = fileURLToPath(new URL('../src/postgres/migrate-command.ts', import.meta.url))

  function run(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<object> {
    return new Promise((resolve) => {
      const { PATH, NODE_COMPILE_CACHE } = process.env
      const env = { PATH, NODE_COMPILE_CACHE, ...environment }
      execFile(process.execPath, [command, ...args], { env }, (error, out, err) =>
        resolve({ code: error?.code ?? 0, out, err }),
      )
    })
  }

  it('prints what it applied, and applies it once', async () => {
    await undoLast()
    const environment = { MIGRATION_DATABASE_URL: test.database.url }
    expect(await run(environment)).toEqual({ code: 0, out: `{"applied":["${last}"]}\n`, err: '' })
    const { url: DATABASE_URL } = test.database
    expect(await run({ DATABASE_URL })).toEqual({ code: 0, out: '{"applied":[]}\n', err: '' })
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at %s, changes nothing, and says so', async (signal, code) => {
    await undoLast()
    const unlock = await hold('SELECT pg_advisory_xact_lock(70092024)')
    const { PATH, NODE_COMPILE_CACHE } = process.env
    const env = { PATH, NODE_COMPILE_CACHE, DATABASE_URL: test.database.url }
    const migrating = spawn(process.execPath, [command], { env })
    let err = ''
    migrating.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
      if (err.endsWith('another migration to end\n')) migrating.kill(signal)
    })
    expect(await once(migrating, 'close')).toEqual([code, null])
    expect(err).toMatch(/ to end\nmigrate: stopped; run it again\n$/)
    await unlock()
    expect(await migrateNow()).toEqual([last])
  })

  it('changes nothing if its two URLs lead to different databases', async () => {
    const { url: DATABASE_URL } = test.database
    const other = await createDatabase()
    const MIGRATION_DATABASE_URL = other.url
    const nameOf = (url: string): string => new URL(url).pathname.slice(1)
    const names = [MIGRATION_DATABASE_URL, DATABASE_URL].map(nameOf).join(' and ')
    expect(await run({ DATABASE_URL, MIGRATION_DATABASE_URL })).toEqual({
      code: 2,
      out: '',
      err: `migrate: MIGRATION_DATABASE_URL and DATABASE_URL lead to different databases (${names}); they must lead to the same one, as two roles\n`,
    })
    const { rows } = await other.pool.query("SELECT to_regclass('migrations') AS name")
    expect(rows).toEqual([{ name: null }])
    await other.drop()
  })

  it.each<[string, NodeJS.ProcessEnv, string]>([
    [
      'without a database',
      {},
      'MIGRATION_DATABASE_URL and DATABASE_URL are missing; set one of them, or both',
    ],
    [
      'with a server that does not respond',
      { MIGRATION_DATABASE_URL: 'postgres://127.0.0.1:1/x', DATABASE_URL: inject('postgresUrl') },
      'no PostgreSQL server is listening at MIGRATION_DATABASE_URL',
    ],
    [
      'with an empty URL',
      { MIGRATION_DATABASE_URL: inject('postgresUrl'), DATABASE_URL: '' },
      'DATABASE_URL is empty; set it, or unset it',
    ],
    [
      'with something other than a URL',
      { MIGRATION_DATABASE_URL: 'x', DATABASE_URL: inject('postgresUrl') },
      'MIGRATION_DATABASE_URL must be a URL that starts with postgres:// or postgresql://',
    ],
  ])('%s reports it in one line', async (_, environment, message) => {
    expect(await run(environment)).toEqual({ code: 2, out: '', err: `migrate: ${message}\n` })
  })
})

function migrateNow(options: Partial<MigrationOptions> = {}): Promise<string[]> {
  return migrate({ databaseUrl: test.database.url, ...options })
}

/** As if the database had been created by a version without the last migration. */
async function undoLast(): Promise<void> {
  await migrateNow()
  await test.database.pool.query(
    `DROP TABLE server_keys, rate_limits; DELETE FROM migrations WHERE name = '${last}'`,
  )
}

/** Runs a statement that takes a lock. @returns a function that releases the lock */
async function hold(statement: string): Promise<() => Promise<void>> {
  const client = await test.database.pool.connect()
  await client.query('BEGIN')
  await client.query(statement)
  return async () => {
    await client.query('ROLLBACK')
    client.release()
  }
}

/** The process ids of those that wait for a lock. */
function blockedPids(): Promise<number[]> {
  return pidsWhere("wait_event_type = 'Lock'")
}

/** The process ids of those that migrate. */
function migratingPids(): Promise<number[]> {
  return pidsWhere("application_name = 'connected-apps migration'")
}

async function pidsWhere(condition: string): Promise<number[]> {
  const { rows } = await test.database.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`,
  )
  return rows.map(({ pid }) => pid)
}
