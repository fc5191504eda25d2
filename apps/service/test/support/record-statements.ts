import { pino } from 'pino'
import { vi } from 'vitest'
import { createRejectionRecorder } from '../../src/audit/rejections.ts'
import { cleanUp } from '../../src/cleanup.ts'
import { ConfigurationError } from '../../src/configuration.ts'
import { recordConsent } from '../../src/oauth/grants.ts'
import { createLookup } from '../../src/oauth/introspection/lookup.ts'
import { deleteOidcSessionByUid } from '../../src/oauth/oidc-sessions.ts'
import { waitForLock } from '../../src/operation/handlers/locked-rows.ts'
import { applyRevocations } from '../../src/operation/handlers/revoke.ts'
import { errorOf } from '../../src/operation/response.ts'
import { Database } from '../../src/postgres/database.ts'
import { ReadReplica } from '../../src/postgres/replica/read-replica.ts'
import { addAppAuthorizations } from '../history/http/app-authorizations.ts'
import { ServiceSystem } from '../history/http/service-system.ts'
import type { TestDatabase } from './database.ts'
import { basic } from './operations.ts'
import { revokeConnectedApp } from './revoke.ts'
import { addFakeNodes } from './fake-citus.ts'
import { startInstance } from './service.ts'

export interface RecordedStatement {
  name: string
  text: string
  /** What the service sent first. */
  values: unknown[]
}

/**
 * Uses all of a service, in a database that is empty.
 *
 * @param isDistributed whether the service sends what it sends to Citus
 * @returns every statement that it sent
 */
export async function recordStatements(
  { url, pool }: TestDatabase,
  isDistributed: boolean,
): Promise<RecordedStatement[]> {
  const run = vi.spyOn(Database.prototype, 'run')
  if (isDistributed) await addFakeNodes(pool, 'on')
  const service = await startInstance(url, { isDistributed })
  const database = new Database({ url, poolSize: 1, isDistributed, onError: () => undefined })
  try {
    await useEverything(service.url, pool)
    const ids = { organizationId: 'o', memberId: 'm', connectedAppId: 'c' }
    const request = { projectId: 'p', session: undefined, requestId: 'r' }
    const { operationId } = revokeConnectedApp
    await applyRevocations(database, waitForLock, [{ ...request, ...ids, operationId }])
    await recordConsent(database, { ...request, ...ids }, 'access_denied')
    await deleteOidcSessionByUid(database, 'Session', 'u')
    await createRejectionRecorder(database)({
      operation: revokeConnectedApp,
      context: {
        ...request,
        secretHashes: [],
        retryAfterSeconds: undefined,
        sessionKeys: { keys: [] },
        ids: { organization_id: 'o', member_id: undefined, connected_app_id: undefined },
      },
      requestId: 'r',
      rejection: errorOf(revokeConnectedApp, 'failure'),
    })
    if (!isDistributed) await useReadReplica(url, database)
    await passTime(pool)
    const { failures } = await cleanUp(database)
    if (failures.length > 0) throw new Error('the cleanup failed', { cause: failures[0]?.error })
    const statements = new Map<string, RecordedStatement>()
    for (const [{ name, text }, values] of run.mock.calls) {
      if (!statements.has(name)) statements.set(name, { name, text, values })
    }
    return [...statements.values()]
  } finally {
    run.mockRestore()
    await database.close()
    await service.close()
  }
}

/** Sends the statements for a read replica to the primary, and also those about its standbys. */
async function useReadReplica(url: string, database: Database): Promise<void> {
  const logger = pino({ level: 'silent' })
  const replica = new ReadReplica({ url, primaryUrl: url, logger })
  const isRefused = await replica.start().then(
    () => false,
    (error: unknown) => error instanceof ConfigurationError,
  )
  if (!isRefused) throw new Error('a primary was taken for a replica')
  await replica.close()
  const query: ReadReplica['query'] = (statement, values) => database.query(statement, values)
  await createLookup(database, { isTrusted: true, query })({ callerId: 'c', token: '000t' })
}

/** Makes rows of every kind due for the cleanup. */
async function passTime(pool: TestDatabase['pool']): Promise<void> {
  await pool.query(`
    UPDATE grants SET cleanup_due_at = now() - interval '1 minute';
    UPDATE tokens SET expires_at = now() - interval '2 days' WHERE kind = 'AccessToken';
    UPDATE tokens SET consumed_at = consumed_at - interval '1 day';
    UPDATE sessions SET expires_at = now() - interval '2 days'`)
}

async function useEverything(url: string, pool: TestDatabase['pool']): Promise<void> {
  const [authorization] = await addAppAuthorizations(pool, [url], 1)
  if (authorization === undefined) throw new Error('no authorization was added')
  const { projectId, projectSecret, organizationId, memberId, connectedAppId, sessionToken } =
    authorization
  const system = new ServiceSystem(authorization)
  await system.signIn()
  const code = await system.obtainCode()
  const tokens = await system.exchange(code)
  if (tokens === undefined) throw new Error('the code produced no tokens')
  await system.introspect(tokens.accessToken)
  await system.revokeToken(tokens.accessToken, 'access_token')
  const refreshed = await system.refresh(tokens.refreshToken)
  if (refreshed === undefined) throw new Error('the token could not be refreshed')
  const headers = { authorization: basic(projectId, projectSecret) }
  const ofMember = { ...headers, 'x-stytch-member-session': sessionToken }
  const organization = `${url}/v1/b2b/organizations/${organizationId}`
  const unknown = { ...headers, 'x-stytch-member-session': `${sessionToken}x` }
  await fetch(`${organization}/members/${memberId}/connected_apps`, { headers: unknown })
  const requests: [string, RequestInit?][] = [
    [`${organization}/members/${memberId}/connected_apps`, { headers: ofMember }],
    [`${organization}/connected_apps/${connectedAppId}`, { headers }],
    [`${url}/v1/b2b/sessions/jwks/${projectId}`],
    [`${url}/health/ready`],
    [`${url}/oauth2/userinfo`, { headers: { authorization: `Bearer ${refreshed.accessToken}` } }],
  ]
  for (const [target, init] of requests) {
    const { status } = await fetch(target, init)
    if (status !== 200) throw new Error(`${target}: ${status}`)
  }
  // A replay of the code, which ends its grant, and the end of another one.
  await system.exchange(code)
  const { refreshToken } = await system.authorize()
  await system.revokeToken(refreshToken, 'refresh_token')
  // Once more, which finds nothing to end.
  await system.revokeToken(refreshToken, 'refresh_token')
  await system.revoke()
}
