import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { DatabaseError } from 'pg'
import { explainError } from '../command-errors.ts'
import { ConfigurationError } from '../configuration.ts'
import { isLockError, isPrivilegeError } from './errors.ts'
import { withClient } from './hosts.ts'
import { checkPrivileges, findMissingGrants, remedy } from './privileges.ts'

const directory = new URL('../../migrations/', import.meta.url)
/** The options of the connection. It has no timeout for queries, since a migration may take any time. */
const session = { application_name: 'connected-apps migration' }
/** An arbitrary number that nothing else in this database uses as an advisory lock. */
const lockKey = 7_009_2024
/** The time between two attempts to get the migration lock. */
const pollMs = 100
/**
 * How long a migration waits for a table that other transactions use. All later statements on that
 * table wait behind it, so it must be short; but PostgreSQL ends an autovacuum that is in the way
 * only after a second (`deadlock_timeout`).
 */
const lockTimeoutMs = 2000
const maxAttempts = 3
/** The time between two attempts of a migration, in which the statements behind it can continue. */
const retryMs = 500

export interface MigrationOptions {
  /** The service's role gets the privileges that it needs. */
  databaseUrl: string
  /** The owner of the tables. Default: the role of `databaseUrl`. */
  migrationDatabaseUrl?: string | undefined
  /** Ends the wait for another instance's migrations. */
  signal?: AbortSignal | undefined
  /** Called once if another instance is migrating. */
  onWait?: () => void
}

interface Migration {
  name: string
  sql: string
}

/**
 * Applies the migrations that the database doesn't have yet, and lets the service's role use the
 * tables. Instances that start at the same time wait for each other. If there is nothing to do, no
 * privilege is needed but those of the service.
 *
 * @returns the names of the migrations that this call applied
 * @throws the signal's reason; or an error whose message says in one line what to do
 */
export async function migrate(options: MigrationOptions): Promise<string[]> {
  const migrations = await readMigrations()
  const applied = await updateAsOwner(migrations, options)
  await withClient(options.databaseUrl, session, (client) =>
    checkPrivileges(client, relationsIn(migrations)),
  )
  return applied
}

async function updateAsOwner(
  migrations: Migration[],
  options: MigrationOptions,
): Promise<string[]> {
  const { databaseUrl, migrationDatabaseUrl = databaseUrl, signal } = options
  const isOwn = migrationDatabaseUrl === databaseUrl
  const service = isOwn ? undefined : await withClient(databaseUrl, session, identify)
  try {
    return await withClient(migrationDatabaseUrl, session, async (client) => {
      if (service !== undefined) assertSameDatabase(await identify(client), service)
      return update(client, migrations, service?.role, options)
    })
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (error instanceof ConfigurationError) throw error
    if (!isOwn) {
      const explanation = explainError(error, 'MIGRATION_DATABASE_URL').join('; ')
      throw new Error(explanation, { cause: error })
    }
    if (!isPrivilegeError(error)) throw error
    throw new Error(
      `the role of DATABASE_URL may not migrate the schema (${error.message}); ${remedy}`,
      { cause: error },
    )
  }
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).toSorted()
  const read = async (name: string): Promise<Migration> => ({
    name,
    sql: await readFile(new URL(name, directory), 'utf8'),
  })
  return Promise.all(names.map(read))
}

/** Who is connected to what. Other hosts and poolers may lead to the same database. */
interface Identity {
  role: string
  database: string
  /**
   * Differs for each cluster that was initialized by itself; a standby server has that of its
   * primary. Null if the role may not read it, as with some hosted PostgreSQL.
   */
  cluster: string | null
}

async function identify(client: Client): Promise<Identity> {
  const text = (cluster: string): string =>
    `SELECT current_user AS role, current_database() AS database, ${cluster} AS cluster`
  const { rows } = await client
    .query<Identity>(`${text('system_identifier::text')} FROM pg_control_system()`)
    .catch((error: unknown) => {
      if (!(error instanceof DatabaseError)) throw error
      return client.query<Identity>(text('NULL'))
    })
  const [identity] = rows
  if (identity === undefined) throw new Error('PostgreSQL did not identify its database')
  return identity
}

function assertSameDatabase(owner: Identity, service: Identity): void {
  const isOtherCluster =
    owner.cluster !== null && service.cluster !== null && owner.cluster !== service.cluster
  if (owner.database === service.database && !isOtherCluster) return
  const names = new Set([owner.database, service.database])
  const difference =
    names.size === 1
      ? `databases of two servers, both named ${owner.database}`
      : `different databases (${[...names].join(' and ')})`
  throw new ConfigurationError([
    `MIGRATION_DATABASE_URL and DATABASE_URL lead to ${difference}; they must lead to the same one, as two roles`,
  ])
}

async function update(
  client: Client,
  migrations: Migration[],
  serviceRole: string | undefined,
  options: MigrationOptions,
): Promise<string[]> {
  const findPending = async (): Promise<Migration[]> => {
    const applied = await findApplied(client)
    return migrations.filter(({ name }) => !applied.has(name))
  }
  const findGrants = async (): Promise<string[]> =>
    serviceRole === undefined ? [] : findMissingGrants(client, serviceRole, relationsIn(migrations))
  if ((await findPending()).length + (await findGrants()).length === 0) return []
  let { onWait } = options
  const onLocked = (): void => {
    onWait?.()
    onWait = undefined
  }
  for (let attempt = 1; ; attempt += 1) {
    await beginExclusively(client, onLocked, options.signal)
    try {
      const applied = await applyAll(client, await findPending())
      for (const grant of await findGrants()) await client.query(grant)
      await client.query('COMMIT')
      return applied
    } catch (error) {
      if (!isLockError(error)) throw error
      await client.query('ROLLBACK')
      if (attempt === maxAttempts) {
        throw new Error(
          `a migration waited ${maxAttempts} times ${lockTimeoutMs / 1000} s for a table that other transactions use, and nothing was changed; end those transactions, or run it again later`,
          { cause: error },
        )
      }
      await sleep(retryMs)
    }
  }
}

/** Begins a transaction that no other instance has at the same time. */
async function beginExclusively(
  client: Client,
  onLocked: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted()
    await client.query('BEGIN')
    // Overrides the settings of the role and the database.
    await client.query(
      `SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '${lockTimeoutMs}ms'`,
    )
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_xact_lock($1) AS locked',
      [lockKey],
    )
    if (rows[0]?.locked === true) return
    await client.query('ROLLBACK')
    onLocked()
    await sleep(pollMs)
  }
}

async function findApplied(client: Client): Promise<Set<string>> {
  const { rows: tables } = await client.query("SELECT WHERE to_regclass('migrations') IS NOT NULL")
  if (tables.length === 0) return new Set()
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations')
  return new Set(rows.map(({ name }) => name))
}

async function applyAll(client: Client, pending: Migration[]): Promise<string[]> {
  if (pending.length > 0) {
    await client.query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    )
  }
  for (const { name, sql } of pending) {
    await client.query(sql)
    await client.query('INSERT INTO migrations (name) VALUES ($1)', [name])
  }
  return pending.map(({ name }) => name)
}

/** The names of all tables and views that migrations create. */
function relationsIn(migrations: Migration[]): string[] {
  const created = /^CREATE (?:UNLOGGED )?(?:TABLE|VIEW) (\w+)/gm
  const names = migrations.flatMap(({ sql }) =>
    Array.from(sql.matchAll(created), ([, name = '']) => name),
  )
  return ['migrations', ...names]
}
