import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as openid from 'openid-client'
import type { Browser as Chromium } from 'playwright-core'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addConnectedApp, addMember, addSession } from '../src/provision/resources.ts'
import { Browser, discover, isActive, openConsentPage } from './support/connected-app.ts'
import { revoke } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'
import { redirectUri } from './support/tenant.ts'

const test = useService()

/** Starts an authorization flow, and stays on the login page. */
async function openLoginPage(app?: { config: openid.Configuration; redirectUri: string }) {
  const config = app?.config ?? (await test.asPublicApp())
  const verifier = openid.randomPKCECodeVerifier()
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: app?.redirectUri ?? redirectUri,
    scope: 'openid',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const browser = new Browser()
  await browser.open(url.href)
  return { config, verifier, browser, url }
}

/** Adds another Member. @returns the session */
async function addOther() {
  const { organizationId } = test.tenant
  const memberId = await addMember(test.database.pool, { organizationId, name: 'Grace' })
  return addSession(test.database.pool, { organizationId, memberId })
}

/** Signs another Member in with the same browser, which shows a page of oidc-provider then. */
async function signInAsOther(browser: Browser): Promise<Browser> {
  const session = await addOther()
  const { url } = await openLoginPage()
  url.searchParams.set('prompt', 'login')
  await browser.open(url.href)
  await browser.submit({ session_token: session.token })
  return browser
}

describe('each page', () => {
  it('has a language, a title, one first heading, and a label for each field', async () => {
    const { browser } = await openLoginPage()
    const pages = [browser.text]
    await browser.submit({ session_token: test.tenant.session.token })
    pages.push(browser.text)
    for (const text of pages) {
      expect(text).toContain('<html lang="en">')
      const title = /<title>(.+)<\/title>/.exec(text)?.[1]
      expect(text.match(/<h1>(.+)<\/h1>/g)).toEqual([`<h1>${title}</h1>`])
      for (const [, id] of text.matchAll(/<input\s+id="(\w+)"/g)) {
        expect(text).toContain(`<label for="${id}">`)
      }
      expect(text).not.toContain('<script')
    }
  })

  it('allows no frames, no other sources, and no scripts but those of oidc-provider', async () => {
    const { url } = test.service
    const { session } = test.tenant
    const config = await test.asPublicApp()
    const { browser } = await openLoginPage()
    const shown: [string, Browser][] = [['Sign in', browser]]
    const consent = await openConsentPage(config, session.token)
    shown.push(['Allow Notebook?', consent.browser])
    // A browser that is signed in already signs the other Member out by a form of oidc-provider.
    const signedIn = await openConsentPage(config, session.token)
    shown.push(['Submitting Callback', await signInAsOther(signedIn.browser)])
    const toApp = (await openLoginPage()).url
    toApp.searchParams.set('prompt', 'none')
    toApp.searchParams.set('response_mode', 'form_post')
    const denied = new Browser()
    await denied.open(toApp.href)
    shown.push(['Submitting Callback', denied])
    const posted = ['/oauth2/logout/confirm', '/oauth2/token']
    for (const path of ['/oauth2/authorize', '/interaction/unknown', ...posted]) {
      const lost = new Browser()
      await lost.open(`${url}${path}?redirect_uri=data:`, posted.includes(path) ? {} : undefined)
      shown.push(['This did not work', lost])
    }
    const long = (await openLoginPage()).browser
    await long.submit({ session_token: 'x'.repeat(10_000) })
    shown.push(['This did not work', long])

    for (const [title, { text, headers }] of shown) {
      expect(text).toContain(`<title>${title}</title>`)
      const policy = headers.get('content-security-policy') ?? ''
      for (const directive of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) {
        expect(policy).toContain(directive)
      }
      const form = text.includes('<form') ? "form-action 'self' https: http:" : "form-action 'none'"
      expect(policy.split(/; ?/).at(-1)).toBe(form)
      expect(policy.includes("script-src 'sha256-")).toBe(text.includes('<script>'))
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('strict-transport-security')).toBeNull()
    }
  })

  it('makes browsers stay with HTTPS if the public URL has it, on this host alone', async () => {
    const publicUrl = 'https://apps.example'
    const service = await startInstance(test.database.url, { publicUrl })
    const paths = ['/interaction/unknown', '/oauth2/authorize']
    const responses = await Promise.all(paths.map((path) => fetch(service.url + path)))
    for (const { headers } of responses) {
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
    }
    await service.close()
  })
})

describe('the login page', () => {
  it('reports an unknown session, and allows another attempt', async () => {
    const { browser } = await openLoginPage()
    await browser.submit({ session_token: 'unknown' })
    expect(browser.status).toBe(401)
    expect(browser.text).toContain('role="alert"')
    await browser.submit({ session_token: test.tenant.session.token })
    expect(browser.text).toContain('Allow Notebook?')
  })
})

describe('a form', () => {
  it('from another site is rejected', async () => {
    const { browser } = await openLoginPage()
    await browser.open(browser.url, { session_token: 'x' }, 'https://evil.example')
    expect(browser.status).toBe(403)
  })

  it('without the cookie of its own page is rejected', async () => {
    const { browser } = await openLoginPage()
    const stranger = new Browser()
    await stranger.open(browser.url, { session_token: test.tenant.session.token })
    expect(stranger.status).toBe(400)
    expect(stranger.text).toContain('Return to the app')
  })

  it('that is too long is rejected', async () => {
    const { browser } = await openLoginPage()
    await browser.submit({ session_token: 'x'.repeat(10_000) })
    expect(browser.status).toBe(413)
  })

  it.each(['multipart/form-data', 'application/json', ''])(
    'of another media type is rejected, and its page still works: %s',
    async (contentType) => {
      const { browser } = await openLoginPage()
      const response = await fetch(browser.url, {
        method: 'POST',
        headers: {
          cookie: browser.cookies.for(new URL(browser.url).pathname),
          'content-type': contentType,
        },
        body: 'decision=deny',
      })
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('role="alert"')
      await browser.submit({ session_token: test.tenant.session.token })
      expect(browser.text).toContain('Allow Notebook?')
    },
  )
})

describe('the consent page', () => {
  it('redirects a Member who denies consent to the Connected App', async () => {
    const config = await test.asPublicApp()
    const { browser } = await openConsentPage(config, test.tenant.session.token)
    expect(browser.text).toContain('>Deny</button>')
    const callback = await browser.submit({ decision: 'deny' })
    expect(new URL(callback).searchParams.get('error')).toBe('access_denied')
  })
})

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port // it listens on TCP
}

const executablePath = '/usr/bin/chromium'

describe.skipIf(!existsSync(executablePath))('in Chromium', () => {
  let browser: Chromium
  let app: { config: openid.Configuration; redirectUri: string }
  let callback = ''
  /** The Connected App, whose callback redirects to another host. */
  const server = createServer((request, response) => {
    const home = `http://localhost:${portOf(server)}/home`
    if (request.url?.startsWith('/callback')) {
      callback = new URL(request.url, app.redirectUri).href
      response.writeHead(302, { location: home })
    }
    response.end('called back')
  })
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    await once(server.listen(0), 'listening')
    const uri = `http://127.0.0.1:${portOf(server)}/callback`
    const { projectId } = test.tenant
    const clientId = await addConnectedApp(test.database.pool, { projectId, redirectUri: uri })
    app = { config: await discover(test.service.url, clientId), redirectUri: uri }
  })
  afterAll(async () => {
    await browser.close()
    server.close()
  })

  async function openInChromium({ javaScriptEnabled = false } = {}) {
    const page = await (await browser.newContext({ javaScriptEnabled })).newPage()
    const flow = await openLoginPage(app)
    callback = ''
    await page.goto(flow.url.href)
    return { ...flow, page }
  }

  it('a Member signs in and allows with the keyboard alone', async () => {
    const { page, config, verifier } = await openInChromium()
    expect(await page.locator(':focus').getAttribute('name')).toBe('session_token')
    await page.keyboard.type(test.tenant.session.token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Allow Notebook?' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Allow')
    await page.keyboard.press('Enter')
    await page.getByText('called back').waitFor()
    const tokens = await openid.authorizationCodeGrant(config, new URL(callback), {
      pkceCodeVerifier: verifier,
    })
    expect(await isActive(config, tokens.access_token)).toBe(true)
  })

  it('a consent that a revoke superseded grants nothing, and its link restarts the flow', async () => {
    const { page } = await openInChromium()
    await page.getByLabel('Session token').fill(test.tenant.session.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Allow Notebook?' }).waitFor()
    await revoke(test.service.url, test.tenant, {
      connectedAppId: app.config.clientMetadata().client_id,
    })
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Nothing was allowed' }).waitFor()
    expect(callback).toBe('')
    await page.getByRole('link', { name: 'Start again' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('called back').waitFor()
    expect(new URL(callback).searchParams.get('code')).toBeTruthy()
  })

  it('another Member signs in, and the one before is forgotten', async () => {
    const { page, url } = await openInChromium({ javaScriptEnabled: true })
    await page.getByLabel('Session token').fill(test.tenant.session.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Allow Notebook?' }).waitFor()
    const other = await addOther()
    url.searchParams.set('prompt', 'login')
    await page.goto(url.href)
    await page.getByLabel('Session token').fill(other.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('You are signed in as Grace.').waitFor()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('called back').waitFor()
  })
})
