import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchPackages } from '../../../.ci/fetch-packages.ts'
import { cleanUp } from '../src/cleanup.ts'
import { packageName } from '../src/embedded/binaries.ts'
import type { Cluster } from '../src/embedded/cluster.ts'
import { startCluster } from '../src/embedded/cluster.ts'
import { Database } from '../src/postgres/database.ts'
import type { Service } from '../src/service.ts'
import { startService } from '../src/service.ts'
import { runCampaign } from './history/campaign.ts'
import { addConnectionLike, addConnections } from './history/http/connections.ts'
import type { TestDatabase } from './support/database.ts'
import { createDatabase } from './support/database.ts'
import { silent } from './support/service.ts'

const version = '15.18.0-beta.17'
const cache = fileURLToPath(new URL('../node_modules/.cache/postgres', import.meta.url))
const wanted = 20

describe('On PostgreSQL 15, the oldest that is promised,', () => {
  let directory: string
  let cluster: Cluster
  let database: TestDatabase
  let service: Service

  beforeAll(async () => {
    const packages = await fetchPackages(cache, { [packageName]: version })
    const entry = pathToFileURL(join(packages, packageName, 'dist/index.js')).href
    directory = await mkdtemp(join(tmpdir(), 'service-test-'))
    cluster = await startCluster(directory, entry)
    database = await createDatabase(cluster.url)
    service = await startService({
      databaseUrl: database.url,
      port: 0,
      logger: silent,
      rateLimit: { requests: 1_000_000, windowSeconds: 1 },
    })
  }, 400_000)

  afterAll(async () => {
    await service.close()
    await database.pool.end()
    await cluster.stop()
    await rm(directory, { recursive: true, force: true })
  })

  it('the service leaves histories that could have happened in some order', async () => {
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
    await database.pool.query("UPDATE grants SET look_at = now() - interval '1 minute'")
    const executor = new Database({ url: database.url, poolSize: 1, onError: () => undefined })
    const { removed, failures } = await cleanUp(executor)
    await executor.close()
    expect(failures).toEqual([])
    expect(Object.values(removed).reduce((sum, count) => sum + count)).toBeGreaterThan(0)
  })
})
