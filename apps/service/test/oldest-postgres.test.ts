import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fetchPackages } from '../../../scripts/fetch-packages.ts'
import { cleanUp } from '../src/cleanup.ts'
import { packageName } from '../src/postgres/embedded/binaries.ts'
import { Database } from '../src/postgres/database.ts'
import { runCampaign } from './history/campaign.ts'
import { addConnectionLike, addConnections } from './history/http/connections.ts'
import { useOwnPostgres } from './support/own-postgres.ts'
import { useService } from './support/service.ts'

const version = '15.18.0-beta.17'
const cache = fileURLToPath(new URL('../node_modules/.cache/postgres', import.meta.url))
const wanted = 20

const packages = await fetchPackages(cache, { [packageName]: version })
const postgres = useOwnPostgres(pathToFileURL(join(packages, packageName, 'dist/index.js')).href)
const test = useService({ rateLimit: { requests: 1_000_000, windowSeconds: 1 } }, postgres)

describe('On PostgreSQL 15, the oldest that is promised,', () => {
  it('the service leaves histories that could have happened in some order', async () => {
    const { database, service } = test
    const { rows } = await database.pool.query<{ server_version: string }>('SHOW server_version')
    expect(rows[0]?.server_version).toMatch(/^15\./)
    const failures: string[] = []
    const figures = await runCampaign({
      connections: await addConnections(database.pool, [service.url], 4),
      renew: (connection) => addConnectionLike(database.pool, connection),
      firstSeed: Date.now() % 2 ** 31,
      isWanted: (histories) => histories < wanted,
      onFailure: (report) => failures.push(report),
    })
    expect(failures).toEqual([])
    expect(figures).toMatchObject({ histories: wanted, failures: [] })
  })

  it('old grants and tokens are removed', async () => {
    const { database } = test
    await database.pool.query("UPDATE grants SET look_at = now() - interval '1 minute'")
    const executor = new Database({ url: database.url, poolSize: 1, onError: () => undefined })
    const { removed, failures } = await cleanUp(executor)
    await executor.close()
    expect(failures).toEqual([])
    expect(Object.values(removed).reduce((sum, count) => sum + count)).toBeGreaterThan(0)
  })
})
