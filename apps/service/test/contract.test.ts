import type { ContractOptions, Trigger } from '@connected-apps/contract-tests'
import { contractSuite } from '@connected-apps/contract-tests/vitest'
import { beforeAll } from 'vitest'
import { addMember, addOrganization, addSession } from '../src/provision/resources.ts'
import { useOwnPostgres } from './support/own-postgres.ts'
import { useService } from './support/service.ts'
import { sessionClaims, signSessionJwt } from './support/session-jwt.ts'

const limit = 100
// A PostgreSQL server of its own, since it is stopped for the 500.
const postgres = useOwnPostgres()
const test = useService({ rateLimit: { requests: limit, windowSeconds: 4 } }, postgres)
let sessions: Partial<ContractOptions>

beforeAll(async () => {
  sessions = await addSessions()
})

async function addSessions(): Promise<Partial<ContractOptions>> {
  const { tenant } = test
  const { pool } = test.database
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

const exceedRateLimit: Trigger = async ({ send }) => {
  let response = await send()
  for (let sent = 1; response.status === 200 && sent <= limit; sent += 1) response = await send()
  return response
}

const stopDatabase: Trigger = async ({ send }) => {
  await postgres.cluster.stop()
  try {
    return await send()
  } finally {
    await postgres.cluster.restart()
  }
}

contractSuite(() => ({
  url: test.service.url,
  projectId: test.tenant.projectId,
  secret: test.tenant.secret,
  organizationId: test.tenant.organizationId,
  memberId: test.tenant.memberId,
  connectedAppId: test.tenant.publicAppId,
  ...sessions,
  trigger: { too_many_requests: exceedRateLimit, internal_server_error: stopDatabase },
  require: 'all',
}))
