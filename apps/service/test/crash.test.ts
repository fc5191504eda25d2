import { beforeAll, describe, expect, it, vi } from 'vitest'
import { addAppAuthorizations } from './history/http/app-authorizations.ts'
import { ServiceSystem } from './history/http/service-system.ts'
import { killPostgres } from './kill/processes.ts'
import { useDatabase } from './support/database.ts'
import type { IssuedGrant } from './support/many-grants.ts'
import { addManyGrants } from './support/many-grants.ts'
import { useOwnPostgres } from './support/own-postgres.ts'
import { setParameters } from './support/parameters.ts'
import { pgbouncerMissing, startPgBouncer } from './support/pgbouncer.ts'
import { isReady, startServiceProcess } from './support/service-process.ts'
import { startStrippingProxy } from './support/stripping-proxy.ts'

const postgres = useOwnPostgres()
const test = useDatabase(postgres)

const direct = (url: string) => ({ url, [Symbol.asyncDispose]: () => Promise.resolve() })

/** The ways from the service to PostgreSQL. */
const connections = [
  { name: 'directly', open: direct },
  {
    name: 'with startup options of its own in DATABASE_URL',
    open: (url: string) => direct(`${url}?options=-c%20work_mem%3D8MB`),
  },
  { name: 'through a proxy that drops startup options', open: startStrippingProxy },
  { name: 'through PgBouncer that pools sessions', open: throughPgBouncer('session') },
  {
    name: 'through PgBouncer that pools transactions',
    open: throughPgBouncer('transaction'),
    environment: { DATABASE_PREPARE: 'off' },
  },
]

function throughPgBouncer(mode: 'session' | 'transaction') {
  return (url: string) => startPgBouncer(url, mode)
}

// With these settings a commit that does not wait for the disk stays in PostgreSQL's memory for ten
// seconds, unless a later commit waits. So a crash surely loses the last one.
beforeAll(async () => {
  const { pool, url } = test.database
  await setParameters(url, { wal_writer_delay: '10s', wal_writer_flush_after: '1GB' })
  await pool.query(`DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database());
  END $$`)
})

describe.each(connections)(
  'connected $name, and with a role that waits for no disk,',
  { timeout: 120_000 },
  ({ name, open, environment = {} }) => {
    it('the service loses nothing that it acknowledged before PostgreSQL crashes', async ({
      skip,
    }) => {
      skip(name.includes('PgBouncer') && pgbouncerMissing !== undefined, pgbouncerMissing)
      await using connection = await open(test.database.url)
      const service = await startServiceProcess({ databaseUrl: connection.url, environment })
      try {
        const lost: Record<string, number> = {}
        for (const [what, acknowledge] of Object.entries(acknowledgements)) {
          const checks = await acknowledge(service.url)
          await killPostgres(postgres.cluster)
          await postgres.cluster.restart()
          await vi.waitUntil(() => isReady(service.url), { timeout: 20_000 })
          // Retried, since a connection from before the crash may fail once.
          const kept = checks.map((check) => vi.waitFor(check, { timeout: 20_000 }))
          lost[what] = (await Promise.all(kept)).filter((isKept) => !isKept).length
        }
        expect(lost).toEqual({ revoke: 0, end: 0, deletion: 0, consent: 0, exchange: 0 })
      } finally {
        await service.stop()
      }
    })
  },
)

/** Whether something that the service acknowledged is still so. */
type Check = () => Promise<boolean>

/**
 * What the service acknowledges. Each does so several times, and then returns how to check it. A
 * crash follows each, since a commit that waits for the disk brings all earlier ones there, too.
 */
const acknowledgements: Record<string, (url: string) => Promise<Check[]>> = {
  revoke: (url) =>
    withGrants(url, async ({ system, accessToken }) => {
      await system.revoke()
      return async () => !(await system.introspect(accessToken))
    }),
  end: (url) =>
    withGrants(url, async ({ system, accessToken, refreshToken }) => {
      await system.revokeToken(refreshToken, 'refresh_token')
      return async () => !(await system.introspect(accessToken))
    }),
  deletion: (url) =>
    withGrants(url, async ({ system, accessToken }) => {
      await system.revokeToken(accessToken, 'access_token')
      return async () => !(await system.introspect(accessToken))
    }),
  async consent(url) {
    const [authorization] = await addAppAuthorizations(test.database.pool, [url], 1)
    if (authorization === undefined) throw new Error('no authorization was added')
    const system = new ServiceSystem(authorization)
    // What the test itself has added must be on disk, so that only the consent may be lost.
    await test.database.pool.query('CHECKPOINT')
    await system.signIn()
    const code = await system.obtainCode()
    return [async () => (await system.exchange(code)) !== undefined]
  },
  exchange: (url) =>
    withGrants(url, async ({ system, code }) => {
      const tokens = await system.exchange(code)
      if (tokens === undefined) throw new Error('the code produced no tokens')
      return () => system.introspect(tokens.accessToken)
    }),
}

async function withGrants(
  url: string,
  acknowledge: (grant: IssuedGrant) => Promise<Check>,
): Promise<Check[]> {
  const grants = await addManyGrants(test.database.pool, [url], 12)
  await test.database.pool.query('CHECKPOINT')
  return Promise.all(grants.map(acknowledge))
}
