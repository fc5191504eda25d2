import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContractOptions, Provoke } from '@connected-apps/contract-tests'
import { contractSuite } from '@connected-apps/contract-tests/vitest'
import { afterAll, beforeAll } from 'vitest'
import type { Cluster } from '../src/embedded/cluster.ts'
import { startCluster } from '../src/embedded/cluster.ts'
import { addMember, addOrganization, addSession } from '../src/provision.ts'
import type { Service } from '../src/service.ts'
import { startService } from '../src/service.ts'
import type { TestDatabase } from './support/database.ts'
import { createDatabase } from './support/database.ts'
import { silent } from './support/service.ts'
import { sessionClaims, signSessionJwt } from './support/session-jwt.ts'
import type { Tenant } from './support/tenant.ts'
import { addTenant } from './support/tenant.ts'

const limit = 100
let directory: string
let cluster: Cluster
let database: TestDatabase
let service: Service
let tenant: Tenant
let sessions: Partial<ContractOptions>

// A PostgreSQL of its own, since it is taken away for 500.
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'contract-test-'))
  cluster = await startCluster(directory)
  database = await createDatabase(cluster.url)
  service = await startService({
    databaseUrl: database.url,
    port: 0,
    logger: silent,
    rateLimit: { requests: limit, windowSeconds: 4 },
  })
  tenant = await addTenant(database.pool)
  sessions = await addSessions()
})
afterAll(async () => {
  await service.close()
  await database.pool.end()
  await cluster.stop()
  await rm(directory, { recursive: true, force: true })
})

async function addSessions(): Promise<Partial<ContractOptions>> {
  const { pool } = database
  const { projectId, organizationId } = tenant
  const colleagueId = await addMember(pool, { organizationId })
  const colleague = await addSession(pool, { organizationId, memberId: colleagueId })
  const elsewhere = await addOrganization(pool, { projectId })
  const strangerId = await addMember(pool, { organizationId: elsewhere, roles: ['stytch_admin'] })
  const stranger = await addSession(pool, { organizationId: elsewhere, memberId: strangerId })
  return {
    sessionToken: tenant.session.token,
    sessionJwt: await signSessionJwt(sessionClaims(tenant), tenant.sessionKeys),
    sessionTokenWithoutPermission: colleague.token,
    sessionTokenOfOtherOrganization: stranger.token,
  }
}

const beyondTheLimit: Provoke = async ({ send }) => {
  let answer = await send()
  for (let sent = 1; answer.status === 200 && sent <= limit; sent += 1) answer = await send()
  return answer
}

const withoutDatabase: Provoke = async ({ send }) => {
  await cluster.stop()
  try {
    return await send()
  } finally {
    await cluster.restart()
  }
}

contractSuite(() => ({
  url: service.url,
  projectId: tenant.projectId,
  secret: tenant.secret,
  organizationId: tenant.organizationId,
  memberId: tenant.memberId,
  connectedAppId: tenant.publicAppId,
  ...sessions,
  provoke: { too_many_requests: beyondTheLimit, internal_server_error: withoutDatabase },
  require: 'all',
}))
