import { writeFile } from 'node:fs/promises'
import { operation } from '@connected-apps/contract'
import { Pool } from 'pg'
import { startEmbeddedPostgres } from '../src/embedded/start.ts'
import type { Granted } from '../test/history/many-grants.ts'
import { addManyGrants } from '../test/history/many-grants.ts'
import { startServiceProcess } from '../test/history/service-process.ts'
import type { LoadResult } from './http-load.ts'
import { measure } from './load.ts'
import { watchMemory } from './memory.ts'
import type { BenchResults } from './report.ts'
import { report } from './report.ts'
import { measureTokenCounts } from './token-counts.ts'

const connectionCounts = [1, 16, 64]
const seconds = 4
const warmUpSeconds = 1
const members = 10_000

const startedAt = performance.now()
const postgres = await startEmbeddedPostgres()
const pool = new Pool({ connectionString: postgres.url })
const service = await startServiceProcess({
  databaseUrl: postgres.url,
  build: 'dist',
  // As it is in production, but for where the log goes.
  environment: { LOG_LEVEL: 'info', RATE_LIMIT_REQUESTS: '1000000000' },
  log: 'ignore',
})
try {
  const memory = watchMemory(service)
  const grants = await addManyGrants(pool, [service.url], members)
  await pool.query('VACUUM ANALYZE')

  const introspections = await measureIntrospections(grants)
  const revokes: BenchResults['revokes'] = []
  for (const connections of connectionCounts) {
    revokes.push({
      connections,
      service: await measureRevokes(grants, connections),
      bare: await measureBare(grants, connections),
    })
  }
  const tokenCounts = await measureTokenCounts(pool, service.url)
  const results: BenchResults = {
    revokes,
    introspections,
    tokenCounts,
    residentBytes: await memory.stop(),
    seconds: (performance.now() - startedAt) / 1000,
  }
  await writeFile('bench-results.json', `${JSON.stringify(results, undefined, 2)}\n`)
  process.stdout.write(report(results))
} finally {
  await service.stop()
  await pool.end()
  await postgres.stop()
}

async function measureRevokes(grants: Granted[], connections: number): Promise<LoadResult> {
  const [first] = grants
  if (first === undefined) throw new Error('nothing to revoke')
  const { projectId, projectSecret } = first.connection
  const load = {
    kind: 'http' as const,
    url: service.url,
    method: operation.method,
    headers: { authorization: `Basic ${btoa(`${projectId}:${projectSecret}`)}` },
    requests: grants.map(({ connection }) => ({
      path: operation.path
        .replace('{organization_id}', connection.organizationId)
        .replace('{member_id}', connection.memberId)
        .replace('{connected_app_id}', connection.connectedAppId),
    })),
    connections,
  }
  await measure({ ...load, seconds: warmUpSeconds })
  return measure({ ...load, seconds })
}

async function measureBare(grants: Granted[], connections: number): Promise<LoadResult> {
  const load = {
    kind: 'bare' as const,
    databaseUrl: postgres.url,
    keys: grants.map(({ connection }): [string, string, string] => [
      connection.organizationId,
      connection.memberId,
      connection.connectedAppId,
    ]),
    connections,
  }
  await measure({ ...load, seconds: warmUpSeconds })
  return measure({ ...load, seconds })
}

async function measureIntrospections(grants: Granted[]): Promise<LoadResult> {
  const load = {
    kind: 'http' as const,
    url: service.url,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    requests: grants.map(({ accessToken, connection }) => ({
      path: '/oauth2/introspect',
      body: new URLSearchParams({
        token: accessToken,
        token_type_hint: 'access_token',
        client_id: connection.connectedAppId,
      }).toString(),
    })),
    connections: 16,
  }
  await measure({ ...load, seconds: warmUpSeconds })
  return measure({ ...load, seconds })
}
