import { existsSync } from 'node:fs'
import * as openid from 'openid-client'
import type { Browser as Chromium } from 'playwright-core'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Browser, isActive, openConsentPage } from './support/connected-app.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'
import { redirectUri } from './support/tenant.ts'

const test = useService()

/** Starts an authorization flow, and stays on the login page. */
async function openLoginPage() {
  const config = await test.asPublicApp()
  const verifier = openid.randomPKCECodeVerifier()
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const browser = new Browser()
  await browser.open(url.href)
  return { config, verifier, browser, url }
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

  it('allows no scripts, no frames, and no other sources', async () => {
    const { browser } = await openLoginPage()
    const { headers } = browser
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
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

const executablePath = '/usr/bin/chromium'

describe.skipIf(!existsSync(executablePath))('in Chromium', () => {
  let browser: Chromium
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  })
  afterAll(() => browser.close())

  async function openInChromium() {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
    const flow = await openLoginPage()
    let callback = ''
    await page.route(`${redirectUri}**`, (route) => {
      callback = route.request().url()
      return route.fulfill({ body: 'called back' })
    })
    await page.goto(flow.url.href)
    return { ...flow, page, callback: () => callback }
  }

  it('a Member signs in and allows with the keyboard alone', async () => {
    const { page, config, verifier, callback } = await openInChromium()
    expect(await page.locator(':focus').getAttribute('name')).toBe('session_token')
    await page.keyboard.type(test.tenant.session.token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Allow Notebook?' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Allow')
    await page.keyboard.press('Enter')
    await page.getByText('called back').waitFor()
    const tokens = await openid.authorizationCodeGrant(config, new URL(callback()), {
      pkceCodeVerifier: verifier,
    })
    expect(await isActive(config, tokens.access_token)).toBe(true)
  })

  it('a consent that a revoke superseded grants nothing, and its link restarts the flow', async () => {
    const { page, callback } = await openInChromium()
    await page.getByLabel('Session token').fill(test.tenant.session.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Allow Notebook?' }).waitFor()
    await revoke(test.service.url, test.tenant)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Nothing was allowed' }).waitFor()
    expect(callback()).toBe('')
    await page.getByRole('link', { name: 'Start again' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('called back').waitFor()
    expect(new URL(callback()).searchParams.get('code')).toBeTruthy()
  })
})
