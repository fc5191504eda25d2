import * as openid from 'openid-client'
import { describe, expect, it } from 'vitest'
import { addMember, addSession } from '../src/provision/resources.ts'
import {
  approve,
  authorize,
  discover,
  exchange,
  isActive,
  openConsentPage,
} from './support/connected-app.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'
import { addTenant, redirectUri } from './support/tenant.ts'

const test = useService()

describe('consent', () => {
  it('cannot be given to a Connected App of another project', async () => {
    const { service, database, tenant } = test
    const other = await addTenant(database.pool)
    const config = await discover(service.url, other.publicAppId)
    const { browser } = await openConsentPage(config, tenant.session.token)
    expect(browser.status).toBe(401)
    expect(browser.text).toContain('This session is unknown')
  })

  it('starts with the login page if the browser is signed in to another project', async () => {
    const { service, database, tenant } = test
    const { browser } = await openConsentPage(await test.asPublicApp(), tenant.session.token)
    const other = await addTenant(database.pool)
    const config = await discover(service.url, other.publicAppId)
    const flow = await openConsentPage(config, other.session.token, browser)
    const tokens = await exchange(config, flow, await approve(flow))
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      sub: other.memberId,
    })
  })

  it('needs an active session, however long the browser has been signed in', async () => {
    const { service, database, tenant } = test
    const { organizationId } = tenant
    const memberId = await addMember(database.pool, { organizationId, name: 'Ada' })
    const session = await addSession(database.pool, { organizationId, memberId })
    const config = await test.asPublicApp()
    const { browser } = await openConsentPage(config, session.token)
    await browser.submit({ decision: 'approve' })
    await revoke(service.url, { ...tenant, memberId })
    const open = await openConsentPage(config, session.token, browser)
    expect(browser.text).toContain('Allow Notebook?')

    const { url } = browser
    await database.pool.query('UPDATE sessions SET expires_at = now() WHERE session_id = $1', [
      session.sessionId,
    ])
    await approve(open)
    expect(browser.text).toContain('<h1>Sign in</h1>')
    await browser.open(url)
    expect(browser.status).toBe(400)
    await openConsentPage(config, session.token, browser)
    expect(browser.text).toContain('This session is unknown')

    const next = await addSession(database.pool, { organizationId, memberId })
    const flow = await openConsentPage(config, next.token, browser)
    await expect(exchange(config, flow, await approve(flow))).resolves.toBeDefined()
  })

  it('is only requested while the Member has an active session', async () => {
    const { database, tenant } = test
    const { organizationId } = tenant
    const memberId = await addMember(database.pool, { organizationId, name: 'Ada' })
    const session = await addSession(database.pool, { organizationId, memberId })
    const { browser } = await openConsentPage(await test.asPublicApp(), session.token)
    await database.pool.query('DELETE FROM sessions WHERE session_id = $1', [session.sessionId])
    await browser.open(browser.url)
    expect(browser.text).toContain('<h1>Sign in</h1>')
  })

  it('is requested from the Member who signed in last, and ends no grant of the one before', async () => {
    const { database, tenant } = test
    const config = await test.asPublicApp()
    const flow = await openConsentPage(config, tenant.session.token)
    const tokens = await exchange(config, flow, await approve(flow))

    const { organizationId } = tenant
    const memberId = await addMember(database.pool, { organizationId, name: 'Grace' })
    const session = await addSession(database.pool, { organizationId, memberId })
    const { browser } = flow
    const verifier = openid.randomPKCECodeVerifier()
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid',
      prompt: 'login',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    await browser.open(url.href)
    await browser.submit({ session_token: session.token })
    expect(browser.text).toContain('<bdi>Grace</bdi>')
    expect(await isActive(config, tokens.access_token)).toBe(true)
  })

  it('of one Member gives no access to another Member', async () => {
    const { database, tenant } = test
    const { organizationId } = tenant
    const memberId = await addMember(database.pool, { organizationId, name: 'Ada' })
    const session = await addSession(database.pool, { organizationId, memberId })
    const config = await test.asPublicApp()
    const tokens = await authorize(config, session.token)
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      sub: memberId,
    })
  })
})
