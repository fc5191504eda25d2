import * as openid from 'openid-client'
import { describe, expect, it } from 'vitest'
import { addConnectedApp } from '../src/provision/resources.ts'
import { approve, authorize, exchange, isActive, openConsentPage } from './support/connected-app.ts'
import { withJwt, withToken } from './support/operations.ts'
import type { RevokeRequest } from './support/revoke.ts'
import { revoke, revokeConnectedApp } from './support/revoke.ts'
import { useService } from './support/service.ts'
import { sessionClaims, signSessionJwt } from './support/session-jwt.ts'
import { redirectUri } from './support/tenant.ts'

const test = useService()

describe('a revoke', () => {
  it('ends every token of the grant, and prevents new ones', async () => {
    const { service, tenant } = test
    const config = await test.asPublicApp()
    const tokens = await authorize(config, tenant.session.token)
    const refreshToken = String(tokens.refresh_token)
    expect(await isActive(config, tokens.access_token)).toBe(true)
    expect(await isActive(config, refreshToken)).toBe(true)

    const response = await revoke(service.url, tenant)
    expect(response.status).toBe(200)

    expect(await isActive(config, tokens.access_token)).toBe(false)
    expect(await isActive(config, refreshToken)).toBe(false)
    await expect(openid.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('ends a code that is not exchanged yet', async () => {
    const { service, tenant } = test
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, tenant.session.token)
    const callback = await approve(flow)
    await revoke(service.url, tenant)
    await expect(exchange(config, flow, callback)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('allows a new authorization flow', async () => {
    const { service, tenant } = test
    const config = await test.asPublicApp()
    await revoke(service.url, tenant)
    const tokens = await authorize(config, tenant.session.token)
    expect(await isActive(config, tokens.access_token)).toBe(true)
  })

  it('requires a browser that is signed in to get consent again', async () => {
    const { service, tenant } = test
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, tenant.session.token)
    await approve(flow)
    const again = await openConsentPage(config, tenant.session.token, flow.browser)
    expect(new URL(again.browser.url).searchParams.get('code')).toBeTruthy()

    await revoke(service.url, tenant)
    await openConsentPage(config, tenant.session.token, flow.browser)
    expect(flow.browser.text).toContain('Allow Notebook?')
  })

  it('does not affect other Connected Apps', async () => {
    const { service, tenant } = test
    const config = await test.asConfidentialApp()
    const tokens = await authorize(config, tenant.session.token)
    await revoke(service.url, tenant)
    expect(await isActive(config, tokens.access_token)).toBe(true)
  })

  describe('is in the audit log: who, what, when, by which request', () => {
    const noActor = { actor_member_id: null, actor_session_id: null }

    it.each([
      ['by a session token', async () => withToken(revokeConnectedApp, test.tenant.session.token)],
      [
        'by a session JWT',
        async () => {
          const jwt = await signSessionJwt(sessionClaims(test.tenant), test.tenant.sessionKeys)
          return withJwt(revokeConnectedApp, jwt)
        },
      ],
    ])('if a Member requests it %s', async (_, headers) => {
      const { memberId, publicAppId, session } = test.tenant
      expect(await auditOf({ headers: await headers() })).toMatchObject([
        {
          connected_app_id: publicAppId,
          actor_member_id: memberId,
          actor_session_id: session.sessionId,
        },
      ])
    })

    it('if the project itself requests it', async () => {
      const { publicAppId } = test.tenant
      expect(await auditOf({})).toMatchObject([{ connected_app_id: publicAppId, ...noActor }])
    })

    it('if no consent page was ever opened', async () => {
      const { database, tenant } = test
      const { projectId } = tenant
      const app = { projectId, name: 'Notebook', redirectUri }
      const connectedAppId = await addConnectedApp(database.pool, app)
      expect(await auditOf({ connectedAppId })).toMatchObject([
        { connected_app_id: connectedAppId, ...noActor, revocation_count: null },
      ])
    })
  })
})

/** Revokes, and checks what all audit rows have in common. @returns the audit rows */
async function auditOf(request: RevokeRequest): Promise<unknown[]> {
  const { service, tenant, database } = test
  const { rows: clock } = await database.pool.query<{ now: string }>('SELECT now()::text')
  const response = await revoke(service.url, tenant, request)
  const { request_id: requestId } = (await response.json()) as { request_id: string } // by the contract
  const { rows } = await database.pool.query(
    `SELECT *, at BETWEEN $2 AND now() AS is_in_time FROM audit_log WHERE request_id = $1`,
    [requestId, clock[0]?.now],
  )
  const { projectId, organizationId, memberId } = tenant
  const same = { project_id: projectId, organization_id: organizationId, member_id: memberId }
  expect(rows).toMatchObject([
    { action: 'revokeConnectedApp', outcome: 'ok', ...same, is_in_time: true },
  ])
  return rows
}

describe('a consent page that was opened before a revoke', () => {
  it('grants nothing when it is approved after the revoke, and the flow can be restarted', async () => {
    const { service, tenant, database } = test
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, tenant.session.token)
    await revoke(service.url, tenant)
    const before = await countGrants()

    await approve(flow)
    expect(flow.browser.status).toBe(409)
    expect(flow.browser.text).toContain('Nothing was allowed')
    expect(await countGrants()).toBe(before)

    const startAgain = /<a [^>]*href="([^"]+)"/
      .exec(flow.browser.text)?.[1]
      ?.replaceAll('&amp;', '&')
    await flow.browser.open(String(startAgain))
    expect(flow.browser.text).toContain('Allow Notebook?')
    const tokens = await exchange(config, flow, await approve(flow))
    expect(await isActive(config, tokens.access_token)).toBe(true)

    async function countGrants(): Promise<number> {
      const { rows } = await database.pool.query('SELECT count(*)::int AS count FROM grants')
      return rows[0].count
    }
  })

  it('is still superseded when it is loaded again', async () => {
    const { service, tenant } = test
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, tenant.session.token)
    await revoke(service.url, tenant)
    await flow.browser.open(flow.browser.url)
    expect(flow.browser.status).toBe(409)
  })
})
