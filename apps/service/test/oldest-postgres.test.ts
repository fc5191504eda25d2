import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, inject, it } from 'vitest'
import { fetchPackages } from '../../../scripts/fetch-packages.ts'
import { cleanUp } from '../src/cleanup.ts'
import { packageName } from '../src/postgres/embedded/binaries.ts'
import { Database } from '../src/postgres/database.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { runCampaign } from './history/campaign.ts'
import { addAuthorizationLike, addAppAuthorizations } from './history/http/app-authorizations.ts'
import { useOwnPostgres } from './support/own-postgres.ts'
import { useService } from './support/service.ts'

const version = '15.18.0-beta.17'
const cache = fileURLToPath(new URL('../node_modules/.cache/postgres', import.meta.url))
const targetCount = 20

const packages = await fetchPackages(cache, { [packageName]: version })
const postgres = useOwnPostgres(pathToFileURL(join(packages, packageName, 'dist/index.js')).href)
const test = useService(
  { rateLimit: { requests: 1_000_000, windowSeconds: 1 }, refreshReuseSeconds: 3600 },
  postgres,
)

describe('On PostgreSQL 15, the oldest supported version,', () => {
  it('the service produces linearizable histories', async () => {
    const { database, service } = test
    const { rows } = await database.pool.query<{ server_version: string }>('SHOW server_version')
    expect(rows[0]?.server_version).toMatch(/^15\./)
    const failures: string[] = []
    const statistics = await runCampaign({
      authorizations: await addAppAuthorizations(database.pool, [service.url], 4),
      renew: (authorization) => addAuthorizationLike(database.pool, authorization),
      isRefreshRepeatable: true,
      firstSeed: Date.now() % 2 ** 31,
      shouldContinue: (histories) => histories < targetCount,
      onFailure: (report) => failures.push(report),
    })
    expect(failures).toEqual([])
    expect(statistics).toMatchObject({ histories: targetCount, failures: [] })
  })

  it('old grants and tokens are deleted', async () => {
    const { database } = test
    await database.pool.query("UPDATE grants SET cleanup_due_at = now() - interval '1 minute'")
    const executor = new Database({ url: database.url, poolSize: 1, onError: () => undefined })
    const { removed, failures } = await cleanUp(executor)
    await executor.close()
    expect(failures).toEqual([])
    expect(Object.values(removed).reduce((sum, count) => sum + count)).toBeGreaterThan(0)
  })

  it('migrations reject an owner of another server, whose database has the same name', async () => {
    const [owner, service] = [inject('postgresUrl'), postgres.cluster.url]
    expect(new URL(owner).pathname).toBe(new URL(service).pathname)
    await expect(migrate({ databaseUrl: service, migrationDatabaseUrl: owner })).rejects.toThrow(
      'databases of two servers, both named postgres',
    )
  })
})
