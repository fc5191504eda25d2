import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { aroundAll, describe, expect, it } from 'vitest'
import type { AuditFilter } from '../src/audit/log.ts'
import { deleteAuditRows, readAuditLog, toTime } from '../src/audit/log.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { useDatabase } from './support/database.ts'
import { useRoles } from './support/roles.ts'

const command = fileURLToPath(new URL('../src/audit/command.ts', import.meta.url))
const test = useDatabase()
const roles = useRoles(test)
let client: Client

/** More rows of one time than a page has, and then some that differ from each other. */
const many = 2500
const others = [
  ['consent', 'p1', 'o1', 'm1', 'a1'],
  ['endGrant', 'p1', 'o1', 'm1', 'a2'],
  ['revokeConnectedApp', 'p1', 'o2', 'm2', 'a1'],
  ['revokeConnectedApp', 'p2', 'o3', null, null],
] as const
const start = '2026-01-31T12:00:00.000000Z'

aroundAll(async (runTests) => {
  await migrate({ databaseUrl: roles.serviceUrl, migrationDatabaseUrl: roles.ownerUrl })
  const { pool } = test.database
  await pool.query(
    `INSERT INTO audit_log (at, action, outcome, request_id, project_id, bucket, organization_id)
     SELECT timestamptz '2026-01-01T00:00:00Z', 'revokeConnectedApp', 'ok', 'r' || n, 'p0', 0, 'o0'
     FROM generate_series(1, ${many}) n`,
  )
  for (const [index, values] of others.entries()) {
    await pool.query(
      `INSERT INTO audit_log (at, outcome, request_id, revocation_count, action, project_id,
         organization_id, member_id, connected_app_id, bucket)
       VALUES (timestamptz '${start}' + interval '1 microsecond' * $1, 'ok', 'request', 7, $2, $3, $4, $5, $6, 0)`,
      [index, ...values],
    )
  }
  await pool.query("INSERT INTO projects (project_id, secret_hash) VALUES ('p2', '')")
  client = new Client({ connectionString: roles.serviceUrl })
  await client.connect()
  try {
    await runTests()
  } finally {
    await client.end()
  }
})

async function read(filter: AuditFilter): Promise<Record<string, unknown>[]> {
  let text = ''
  for await (const page of readAuditLog(client, filter)) text += page
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>) // the log has objects
}

interface CommandResult {
  code: number | string
  out: string
  err: string
}

/** Runs `pnpm audit-log` as the service's role, with these arguments. */
function run(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  return new Promise((resolve) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env
    const env = { PATH, NODE_COMPILE_CACHE, DATABASE_URL: roles.serviceUrl, ...environment }
    execFile(process.execPath, [command, ...args], { env }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    )
  })
}

describe('the audit log', () => {
  it('is read completely and in order, even if many rows have the same time', async () => {
    const rows = await read({})
    expect(rows).toHaveLength(many + others.length)
    const ids = rows.map(({ audit_id: id }) => Number(id))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each<[AuditFilter, number[]]>([
    [{ projectId: 'p1' }, [0, 1, 2]],
    [{ organizationId: 'o1' }, [0, 1]],
    [{ memberId: 'm2' }, [2]],
    [{ connectedAppId: 'a1' }, [0, 2]],
    [{ action: 'revokeConnectedApp', since: start }, [2, 3]],
    [{ projectId: 'p1', connectedAppId: 'a1', action: 'consent' }, [0]],
    [{ since: '2026-01-31T12:00:00.000001Z', until: '2026-01-31T12:00:00.000003Z' }, [1, 2]],
    [{ since: '2026-01-31T14:00:00.000003+02:00' }, [3]],
    [{ projectId: 'nobody' }, []],
  ])('is filtered by %j', async (filter, expected) => {
    const rows = await read(filter)
    expect(rows.map(({ at }) => at)).toEqual(
      expected.map((index) => `2026-01-31T12:00:00.00000${index}Z`),
    )
  })
})

describe('a time', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00Z'],
    ['2024-02-29T23:59Z', '2024-02-29T23:59Z'],
    ['2026-01-31T12:00:00.123456+02:00', '2026-01-31T12:00:00.123456+02:00'],
  ])('may be %s', (given, taken) => {
    expect(toTime(given)).toBe(taken)
  })

  it.each(['', '31.1.2026', '2026-1-31', '2026-02-30', '2026-01-31T12:00', '2026-01-31T25:00Z'])(
    'may not be %j',
    (given) => {
      expect(toTime(given)).toBeUndefined()
    },
  )
})

describe('pnpm audit-log', () => {
  it('prints JSON lines with the keys of the wire, without what is unknown', async () => {
    const { code, out, err } = await run(['--project-id', 'p2'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.endsWith('}\n')).toBe(true)
    expect(JSON.parse(out)).toEqual({
      at: '2026-01-31T12:00:00.000003Z',
      audit_id: expect.any(Number),
      action: 'revokeConnectedApp',
      outcome: 'ok',
      request_id: 'request',
      project_id: 'p2',
      organization_id: 'o3',
      revocation_count: 7,
    })
  })

  it('exits without an error when its output is closed', async () => {
    const { PATH, NODE_COMPILE_CACHE } = process.env
    const env = { PATH, NODE_COMPILE_CACHE, DATABASE_URL: roles.serviceUrl }
    const child = spawn(process.execPath, [command], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let err = ''
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    const exited = once(child, 'close')
    await once(child.stdout, 'readable')
    child.stdout.destroy()
    expect(await exited).toEqual([0, null])
    expect(err).toBe('')
  })

  it.each([
    [['--since', '31.1.2026'], '--since must be like 2026-01-31, or 2026-01-31T12:00:00Z; see'],
    [
      ['--action', 'revoke'],
      '--action must be one of revokeConnectedApp, consent, endGrant, raiseCounter; see',
    ],
    [['delete', '--before', '2026-01-31', '--project-id', 'p'], 'unknown option --project-id'],
    [['--project-id', 'p', 'delete', '--before', '2026-01-31'], 'delete takes no other option'],
    [['delete', '--before', '2100-01-01'], '--before 2100-01-01T00:00Z is in the future'],
    [['--project-id', 'p9'], 'there is no project p9; give its id, not its slug or external id'],
    [['--organization-id', 'acme'], 'there is no organization acme'],
    [['--member-id', 'ada'], 'there is no member ada'],
    [['--connected-app-id', 'x'], 'there is no connected app x'],
    [['--since', '2026-02-01', '--until', '2026-01-01'], '--since 2026-02-01T00:00Z is not before'],
  ])('%j says what to do in one line, and changes nothing', async (args, message) => {
    const { code, out, err } = await run(args, { MIGRATION_DATABASE_URL: roles.ownerUrl })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err.startsWith(`audit-log: ${message}`)).toBe(true)
    expect(err.split('\n')).toHaveLength(2)
  })

  it('says how the role of the service gets the privilege to read it', async () => {
    const owner = new Client({ connectionString: roles.ownerUrl })
    await owner.connect()
    const role = decodeURIComponent(new URL(roles.serviceUrl).username)
    await owner.query(`REVOKE SELECT ON audit_log FROM "${role}"`)
    const { err } = await run([], { MIGRATION_DATABASE_URL: roles.ownerUrl })
    await owner.query(`GRANT SELECT ON audit_log TO "${role}"`)
    await owner.end()
    expect(err).toBe(
      "audit-log: the role of DATABASE_URL may not do this (permission denied for table audit_log); run `migrate` with MIGRATION_DATABASE_URL too, the URL of the tables' owner\n",
    )
  })

  it('deletes old rows as the owner, and no others', async () => {
    const args = ['delete', '--before', '2026-01-31']
    expect(await run(args)).toEqual({
      code: 2,
      out: '',
      err: "audit-log: the role of DATABASE_URL may not do this (permission denied for table audit_log); set MIGRATION_DATABASE_URL to the URL of the tables' owner\n",
    })
    const asOwner = { MIGRATION_DATABASE_URL: roles.ownerUrl }
    expect(await run(args, asOwner)).toEqual({ code: 0, out: `{"deleted":${many}}\n`, err: '' })
    expect(await read({})).toHaveLength(others.length)
  })

  it('deletes more rows than fit into one batch', async () => {
    const owner = new Client({ connectionString: roles.ownerUrl })
    await owner.connect()
    expect(await deleteAuditRows(owner, '2026-01-31T12:00:00.000003Z', 2)).toBe(3)
    await owner.end()
    expect(await read({})).toMatchObject([{ project_id: 'p2' }])
  })
})
