import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { expandPath } from '@connected-apps/contract'
import { revokeConnectedApp } from '@connected-apps/contract/operations/revoke-connected-app'
import { Pool } from 'pg'
import { bucketIn, bucketOf } from '../src/bucket.ts'
import { hashOf } from '../src/hash.ts'
import { startEmbeddedPostgres } from '../src/postgres/embedded/start.ts'
import { addAppAuthorizations } from '../test/history/http/app-authorizations.ts'
import type { AppAuthorization } from '../test/history/http/service-system.ts'
import { addFakeNodes } from '../test/support/fake-citus.ts'
import type { IssuedGrant } from '../test/support/many-grants.ts'
import { addManyGrants } from '../test/support/many-grants.ts'
import { basic } from '../test/support/operations.ts'
import type { ServiceProcess } from '../test/support/service-process.ts'
import { startServiceProcess } from '../test/support/service-process.ts'
import { findPostmaster } from './cpu.ts'
import type { HttpLoad } from './http-load.ts'
import type { Load } from './load.ts'
import { measureInTurns } from './load.ts'
import { watchMemory } from './memory.ts'
import { measurePace } from './pace.ts'
import type { BenchResults } from './report.ts'
import { report } from './report.ts'
import { measureTokenCounts } from './token-counts.ts'

// The largest first: a single connection sends too few requests for V8 to compile the service's code, and a
// cold service was measured to take twice the CPU time for each.
const connectionCounts = [64, 16, 1]
const members = 10_000
const organizations = 64

const startedAt = performance.now()
const postgres = await startEmbeddedPostgres()
const pool = new Pool({ connectionString: postgres.url })
// As in production, except that the log is not written anywhere.
const environment = { LOG_LEVEL: 'info', RATE_LIMIT_REQUESTS: '1000000000' }
const processOptions = { databaseUrl: postgres.url, build: 'dist', log: 'ignore' } as const
const service = await startServiceProcess({ ...processOptions, environment })
// Sends what Citus gets to the same PostgreSQL: batches of one bucket.
await addFakeNodes(pool, 'on')
const routed = await startServiceProcess({
  ...processOptions,
  environment: { ...environment, DATABASE_KIND: 'citus' },
})
const provider = fork(new URL('provider-process.ts', import.meta.url), {
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
})
try {
  const memory = watchMemory(service)
  const postmaster = await findPostmaster(pool)
  const grants = await addManyGrants(pool, [service.url], members)
  const authorizations = grants.map(({ authorization }) => authorization)
  const spread = await spreadAuthorizations()
  await pool.query('VACUUM ANALYZE')

  provider.send({ databaseUrl: postgres.url })
  const [providerUrl] = await once(provider, 'message')
  const [asApi, ofProvider, join] = await measureInTurns(postmaster, [
    introspectAsApi(grants),
    introspectAsApp(grants, { url: String(providerUrl), pid: provider.pid }),
    bareJoin(grants),
  ])
  const revokes: BenchResults['revokes'] = []
  for (const connections of connectionCounts) {
    const [overHttp, transaction, statement] = await measureInTurns(postmaster, [
      revoke(authorizations, connections),
      bare(grants, connections, 'transaction'),
      bare(grants, connections, 'statement'),
    ])
    revokes.push({ connections, service: overHttp, transaction, statement })
  }
  const [one, many, oneRouted, manyRouted] = await measureInTurns(postmaster, [
    revoke(authorizations, 64),
    revoke(spread, 64),
    revoke(authorizations, 64, routed),
    revoke(spread, 64, routed),
  ])
  const tokenCounts = await measureTokenCounts(pool, service.url)
  const residentBytes = await memory.stop()
  const pace = await measurePace(postgres.url, service.url, authorizations, 1000)
  const results: BenchResults = {
    revokes,
    spread: { organizations, one, many, oneRouted, manyRouted },
    introspections: { service: asApi, provider: ofProvider, join },
    tokenCounts,
    pace,
    residentBytes,
    seconds: (performance.now() - startedAt) / 1000,
  }
  await writeFile('bench-results.json', `${JSON.stringify(results, undefined, 2)}\n`)
  process.stdout.write(report(results))
} finally {
  provider.kill()
  await service.stop()
  await routed.stop()
  await pool.end()
  await postgres.stop()
}

/** Adds authorizations of many Organizations, in turn, each of which has a project of its own. */
async function spreadAuthorizations(): Promise<AppAuthorization[]> {
  const perOrganization = Math.ceil(members / organizations)
  const originals: AppAuthorization[] = []
  while (originals.length < organizations) {
    originals.push(...(await addAppAuthorizations(pool, [service.url], 1)))
  }
  for (const { organizationId, memberId, connectedAppId } of originals) {
    const copies = `FROM generate_series(1, ${perOrganization}) AS n`
    await pool.query(
      `WITH copied AS (
         INSERT INTO members (bucket, organization_id, member_id, name)
         SELECT $4::integer, $1, $2 || '-' || n, 'Ada' ${copies}
       )
       INSERT INTO app_authorizations SELECT $4::integer, $1, $2 || '-' || n, $3 ${copies}`,
      [organizationId, memberId, connectedAppId, bucketOf(organizationId)],
    )
  }
  return Array.from({ length: perOrganization }, (_, index) =>
    originals.map((original) => ({ ...original, memberId: `${original.memberId}-${index + 1}` })),
  ).flat()
}

function revoke(
  authorizations: AppAuthorization[],
  connections: number,
  { url, child }: ServiceProcess = service,
): Load {
  return {
    kind: 'http',
    server: { url, pid: child.pid },
    method: revokeConnectedApp.method,
    requests: authorizations.map((authorization) => ({
      headers: { authorization: basic(authorization.projectId, authorization.projectSecret) },
      path: expandPath(revokeConnectedApp, {
        organization_id: authorization.organizationId,
        member_id: authorization.memberId,
        connected_app_id: authorization.connectedAppId,
      }),
    })),
    expected: '"status_code":200',
    connections,
  }
}

function bare(grants: IssuedGrant[], connections: number, form: 'transaction' | 'statement'): Load {
  return {
    kind: 'bare',
    form,
    databaseUrl: postgres.url,
    keys: grants.map(({ authorization }) => [
      bucketOf(authorization.organizationId),
      authorization.organizationId,
      authorization.memberId,
      authorization.connectedAppId,
    ]),
    connections,
  }
}

/** The introspections that a resource server sends to the service. */
function introspectAsApi(grants: IssuedGrant[]): Load {
  const { resourceServerId, secret } = resourceServerOf(grants)
  return introspect(
    { url: service.url, pid: service.child.pid },
    { authorization: basic(resourceServerId, secret) },
    grants.map(({ accessToken: token }) => ({ token })),
  )
}

/** The introspections that Connected Apps send to oidc-provider, which knows no resource servers. */
function introspectAsApp(grants: IssuedGrant[], server: HttpLoad['server']): Load {
  return introspect(
    server,
    {},
    grants.map(({ accessToken, authorization }) => ({
      token: accessToken,
      token_type_hint: 'access_token',
      client_id: authorization.connectedAppId,
    })),
  )
}

function introspect(
  server: HttpLoad['server'],
  headers: Record<string, string>,
  forms: Record<string, string>[],
): Load {
  return {
    kind: 'http',
    server,
    method: 'POST',
    requests: forms.map((form) => ({
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      path: '/oauth2/introspect',
      body: new URLSearchParams(form).toString(),
    })),
    expected: '"active":true',
    connections: 16,
  }
}

function bareJoin(grants: IssuedGrant[]): Load {
  const { resourceServerId } = resourceServerOf(grants)
  return {
    kind: 'bare',
    form: 'introspection',
    databaseUrl: postgres.url,
    keys: grants.map(({ accessToken }) => [
      resourceServerId,
      bucketIn(accessToken) ?? 0,
      hashOf(accessToken).toString('hex'),
    ]),
    connections: 16,
  }
}

function resourceServerOf([first]: IssuedGrant[]) {
  if (first === undefined) throw new Error('nothing to introspect')
  return first.authorization.resourceServer
}
