import type { ContractOptions, Trigger } from '@connected-apps/contract-tests'
import { contractSuite } from '@connected-apps/contract-tests/vitest'
import { beforeAll } from 'vitest'
import { useOwnPostgres } from './support/own-postgres.ts'
import { useService } from './support/service.ts'
import { addSessions } from './support/session-tokens.ts'
import { sessionClaims, signSessionJwt } from './support/session-jwt.ts'

/** More than all cases send together, in a window that does not end before they do. */
const rateLimit = { requests: 400, windowSeconds: 600 }
// A PostgreSQL server of its own, since it is stopped for the 500.
const postgres = useOwnPostgres()
const test = useService({ rateLimit }, postgres)
let sessions: Partial<ContractOptions>

beforeAll(async () => {
  const { tenant, database } = test
  const { admin, colleague, stranger } = await addSessions(database.pool, tenant)
  const claims = sessionClaims({ ...tenant, memberId: admin.memberId, session: admin })
  sessions = {
    sessionToken: admin.token,
    sessionJwt: await signSessionJwt(claims, tenant.sessionKeys),
    sessionTokenWithoutPermission: colleague.token,
    sessionTokenOfOtherOrganization: stranger.token,
  }
})

const exceedRateLimit: Trigger = async ({ operation, send }) => {
  let response = await send()
  for (let sent = 1; sent <= rateLimit.requests; sent += 1) {
    if (response.status !== operation.successStatus) break
    response = await send()
  }
  await test.database.pool.query('DELETE FROM rate_limits')
  return response
}

// The tenant's Member has given no consent, so that there is nothing to list.
const asItIs: Trigger = ({ send }) => send()

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
  trigger: {
    no_connected_apps: asItIs,
    no_active_members: asItIs,
    too_many_requests: exceedRateLimit,
    internal_server_error: stopDatabase,
  },
  require: 'all',
}))
