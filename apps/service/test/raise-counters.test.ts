import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { addAppAuthorizations } from './history/http/app-authorizations.ts'
import type { AppAuthorization } from './history/http/service-system.ts'
import { ServiceSystem } from './history/http/service-system.ts'
import type { TestDatabase } from './support/database.ts'
import { useDatabase } from './support/database.ts'
import { startInstance } from './support/service.ts'

const command = fileURLToPath(new URL('../src/restore/command.ts', import.meta.url))
const test = useDatabase()

/** Runs `pnpm raise-counters` with these arguments. */
function raiseCounters(args: string[], databaseUrl: string) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const { PATH, NODE_COMPILE_CACHE } = process.env
    const env = { PATH, NODE_COMPILE_CACHE, DATABASE_URL: databaseUrl }
    execFile(process.execPath, [command, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

/** Copies a database as a backup does, and ends its connections for that. @returns the copy's URL */
async function copy({ url }: TestDatabase): Promise<string> {
  const name = new URL(url).pathname.slice(1)
  const client = new Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  await client.query(
    'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1',
    [name],
  )
  await client.query(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`)
  await client.end()
  return `${url}_backup`
}

describe('after a backup was restored', () => {
  it('what was revoked is active again, until the counters are raised', async () => {
    const before = await startInstance(test.database.url)
    const systems: { authorization: AppAuthorization; token: string }[] = []
    for (let project = 0; project < 2; project += 1) {
      const all = await addAppAuthorizations(test.database.pool, [before.url], 2)
      for (const authorization of all) {
        const system = new ServiceSystem(authorization)
        await system.signIn()
        const tokens = await system.exchange(await system.obtainCode())
        if (tokens === undefined) throw new Error('the code produced no tokens')
        systems.push({
          authorization,
          token: tokens.accessToken,
        })
      }
    }
    await before.close()
    const backup = await copy(test.database)

    const later = await startInstance(test.database.url)
    const at = (url: string) =>
      systems.map(({ authorization, token }) => ({
        token,
        system: new ServiceSystem({ ...authorization, instances: [url] }),
      }))
    const activeAt = (url: string) =>
      Promise.all(at(url).map(({ system, token }) => system.introspect(token)))
    await Promise.all(at(later.url).map(({ system }) => system.revoke()))
    expect(await activeAt(later.url)).toEqual([false, false, false, false])
    await later.close()

    const restored = await startInstance(backup)
    expect(await activeAt(restored.url)).toEqual([true, true, true, true])

    const projectId = systems[0]?.authorization.projectId ?? ''
    expect(await raiseCounters(['--project-id', projectId], backup)).toEqual({
      code: 0,
      out: '{"raised":2}\n',
      err: '',
    })
    expect(await activeAt(restored.url)).toEqual([false, false, true, true])
    expect((await raiseCounters(['--all'], backup)).out).toBe('{"raised":4}\n')
    expect(await activeAt(restored.url)).toEqual([false, false, false, false])

    const [first] = at(restored.url)
    await first?.system.signIn()
    const tokens = await first?.system.exchange((await first.system.obtainCode()) ?? '')
    expect(await first?.system.introspect(tokens?.accessToken ?? '')).toBe(true)
    await restored.close()

    const client = new Client({ connectionString: backup })
    await client.connect()
    const { rows } = await client.query(
      `SELECT outcome, project_id, count(*)::integer, count(DISTINCT request_id)::integer AS runs,
         count(revocation_count)::integer AS counts
       FROM audit_log WHERE action = 'raiseCounter' GROUP BY 1, 2 ORDER BY project_id = $1 DESC`,
      [projectId],
    )
    await client.end()
    expect(rows).toEqual([
      { outcome: 'backup_restored', project_id: projectId, count: 4, runs: 2, counts: 4 },
      expect.objectContaining({ count: 2, runs: 1, counts: 2 }),
    ])
  })
})

describe('pnpm raise-counters', () => {
  it('does nothing without --all or a project', async () => {
    expect(await raiseCounters([], test.database.url)).toMatchObject({
      code: 2,
      err: expect.stringContaining('pass --all, or --project-id for one project'),
    })
    expect((await raiseCounters(['--all', '--project-id', 'p'], test.database.url)).code).toBe(2)
  })

  it('mentions in its help that it is also for a failover that lost revokes', async () => {
    const { out } = await raiseCounters(['--help'], test.database.url)
    expect(out.replaceAll(/\s+/g, ' ')).toContain('failover to an asynchronous standby')
  })

  it('reports a project that does not exist', async () => {
    expect(await raiseCounters(['--project-id', 'nosuch'], test.database.url)).toMatchObject({
      out: '',
      err: expect.stringContaining('there is no project nosuch'),
    })
  })
})
