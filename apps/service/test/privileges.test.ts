import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { cleanUp } from '../src/cleanup.ts'
import { Database } from '../src/postgres/database.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { createLogger } from '../src/server/logger.ts'
import type { ServiceOptions } from '../src/service.ts'
import { useDatabase } from './support/database.ts'
import { recordStatements } from './support/record-statements.ts'
import { useRoles } from './support/roles.ts'
import { startInstance } from './support/service.ts'
import { addTenant } from './support/tenant.ts'

const test = useDatabase()
const roles = useRoles(test)

/** Starts a service, and stops it. @returns its log */
async function logOfStart(
  databaseUrl: string,
  options: Partial<ServiceOptions> = {},
): Promise<string> {
  const stream = new PassThrough()
  const service = await startInstance(databaseUrl, {
    logger: createLogger('info', stream),
    ...options,
  })
  await service.close()
  return String(stream.read() ?? '')
}

function changeDatabaseOwner(role: string): string {
  return `DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO ', current_database()) || '${role}';
  END $$`
}

const warning = 'can change or remove rows of the audit log'

it("a service whose role may not create tables starts only with the owner's URL, or after `migrate`", async () => {
  const { serviceUrl, ownerUrl } = roles
  await expect(startInstance(serviceUrl)).rejects.toThrow(
    "the role of DATABASE_URL may not migrate the schema (permission denied for schema public); run `migrate` with MIGRATION_DATABASE_URL too, the URL of the tables' owner",
  )
  expect(await migrate({ databaseUrl: ownerUrl })).toContain('0001-tenants.sql')
  await expect(startInstance(serviceUrl)).rejects.toThrow(
    '(permission denied for table migrations)',
  )
  const log = await logOfStart(serviceUrl, { migrationDatabaseUrl: ownerUrl })
  expect(log).not.toContain(warning)
  expect(await logOfStart(serviceUrl)).not.toContain(warning)
})

it('with those privileges the whole service works, and so do provisioning and cleaning up', async () => {
  const { serviceUrl, servicePool: pool } = roles
  expect(await migrate({ databaseUrl: serviceUrl })).toEqual([])
  await addTenant(pool)
  const statements = await recordStatements({ ...test.database, url: serviceUrl, pool }, false)
  expect(statements.length).toBeGreaterThan(30)
  const { rows: unreadable } = await pool.query(
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
       AND relkind NOT IN ('i', 'S') AND NOT has_table_privilege(oid, 'SELECT')`,
  )
  expect(unreadable).toEqual([])
  const database = new Database({ url: serviceUrl, poolSize: 1, onError: () => undefined })
  expect((await cleanUp(database)).failures).toEqual([])
  await database.close()
})

it.each([
  "UPDATE audit_log SET outcome = 'ok'",
  'DELETE FROM audit_log',
  'TRUNCATE audit_log',
  'DROP TABLE audit_log',
  'ALTER TABLE audit_log DISABLE TRIGGER ALL',
  "INSERT INTO migrations VALUES ('0000-nothing.sql')",
  'CREATE TABLE another ()',
])('PostgreSQL rejects, from the role of the service: %s', async (statement) => {
  const { rows } = await roles.servicePool.query('SELECT FROM audit_log')
  expect(rows.length).toBeGreaterThan(0)
  await expect(roles.servicePool.query(statement)).rejects.toMatchObject({
    message: expect.stringMatching(/^(?:permission denied for|must be owner of) /),
  })
})

it('the next migration revokes the privileges that the role should not have', async () => {
  const { serviceUrl, ownerUrl, servicePool } = roles
  await test.database.pool.query('GRANT ALL ON audit_log TO PUBLIC')
  expect(await logOfStart(serviceUrl)).toContain(warning)
  await test.database.pool.query('REVOKE ALL ON audit_log FROM PUBLIC')
  const role = new URL(serviceUrl).username
  await test.database.pool.query(`GRANT ALL ON audit_log TO "${role}"`)
  expect(await logOfStart(serviceUrl)).toContain(warning)
  await migrate({ databaseUrl: serviceUrl, migrationDatabaseUrl: ownerUrl })
  await expect(servicePool.query('DELETE FROM audit_log')).rejects.toThrow('permission denied')
  await test.database.pool.query(`GRANT UPDATE (outcome) ON audit_log TO "${role}"`)
  await migrate({ databaseUrl: serviceUrl, migrationDatabaseUrl: ownerUrl })
  expect(await logOfStart(serviceUrl)).not.toContain(warning)
})

it('a migration that has nothing to do takes no lock, whatever roles other than the owner have granted', async () => {
  const { serviceUrl, ownerUrl } = roles
  const role = new URL(serviceUrl).username
  const group = `"group-of-${role}"`
  const client = await test.database.pool.connect()
  await client.query(`
    CREATE ROLE ${group}; GRANT UPDATE ON audit_log TO ${group} WITH GRANT OPTION;
    SET ROLE ${group}; GRANT UPDATE ON audit_log TO "${role}"; RESET ROLE`)
  try {
    await client.query('BEGIN; SELECT pg_advisory_xact_lock(70092024)')
    const waiting = new AbortController()
    const migrating = migrate({
      databaseUrl: serviceUrl,
      migrationDatabaseUrl: ownerUrl,
      signal: waiting.signal,
      onWait: () => waiting.abort(new Error('waited for the lock')),
    })
    expect(await migrating).toEqual([])
    expect(await logOfStart(serviceUrl)).toContain(warning)
  } finally {
    await client.query(
      `ROLLBACK; REVOKE ALL ON audit_log FROM ${group} CASCADE; DROP ROLE ${group}`,
    )
    client.release()
  }
})

it('a service whose role lacks a privilege does not start, and names it', async () => {
  const { serviceUrl, ownerUrl } = roles
  const role = new URL(serviceUrl).username
  // As if the owner had added the table, and `migrate` did not know the role of the service.
  await test.database.pool.query(`REVOKE INSERT, UPDATE ON resource_servers FROM "${role}"`)
  expect(await migrate({ databaseUrl: ownerUrl })).toEqual([])
  const message =
    "the role of DATABASE_URL lacks the privilege INSERT on resource_servers; run `migrate` with MIGRATION_DATABASE_URL too, the URL of the tables' owner"
  await expect(startInstance(serviceUrl)).rejects.toThrow(message)
  await migrate({ databaseUrl: serviceUrl, migrationDatabaseUrl: ownerUrl })
  await logOfStart(serviceUrl)
})

it.each<[string, (names: { service: string; owner: string; group: string }) => [string, string]]>([
  [
    "owns the tables' schema",
    ({ service }) => [
      `ALTER SCHEMA public OWNER TO ${service}`,
      'ALTER SCHEMA public OWNER TO pg_database_owner',
    ],
  ],
  [
    'owns the database, and so the schema',
    ({ service, owner }) => [changeDatabaseOwner(service), changeDatabaseOwner(owner)],
  ],
  [
    'may become one that deletes rows, without inheriting that',
    ({ service, group }) => [
      `CREATE ROLE ${group}; GRANT DELETE ON audit_log TO ${group};
       GRANT ${group} TO ${service} WITH INHERIT FALSE`,
      `DROP OWNED BY ${group}; DROP ROLE ${group}`,
    ],
  ],
  [
    'may create triggers on the audit log',
    ({ service }) => [
      `GRANT TRIGGER ON audit_log TO ${service}`,
      `REVOKE TRIGGER ON audit_log FROM ${service}`,
    ],
  ],
])('a service warns if its role %s', async (_, statementsFor) => {
  const { serviceUrl, ownerUrl } = roles
  const { pool } = test.database
  const service = new URL(serviceUrl).username
  const [grant, undo] = statementsFor({
    service: `"${service}"`,
    owner: `"${new URL(ownerUrl).username}"`,
    group: `"group-of-${service}"`,
  })
  await pool.query(grant)
  try {
    expect(await logOfStart(serviceUrl)).toContain(warning)
  } finally {
    await pool.query(undo)
  }
  expect(await logOfStart(serviceUrl)).not.toContain(warning)
})

it('a service whose role owns the tables starts, and warns that it can change the audit log', async () => {
  // An owner can grant itself again what it has revoked.
  const role = new URL(roles.ownerUrl).username
  await test.database.pool.query(`REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM "${role}"`)
  for (const url of [roles.ownerUrl, test.database.url]) {
    const log = await logOfStart(url)
    expect(log.split(warning)).toHaveLength(2)
  }
})

it('an owner without the privileges to own tables is reported under the name of its variable', async () => {
  const { pool, url } = test.database
  await pool.query("DELETE FROM migrations WHERE name = '0003-server.sql'")
  const migrating = migrate({ databaseUrl: url, migrationDatabaseUrl: roles.serviceUrl })
  await expect(migrating).rejects.toThrow(
    'PostgreSQL at MIGRATION_DATABASE_URL reports: permission denied for schema public; grant the privilege to the role',
  )
})
