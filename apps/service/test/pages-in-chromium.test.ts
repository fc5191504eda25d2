import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as openid from 'openid-client'
import type { Browser, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import demoApp from '../demo/demo.ts'
import { addDemoProject, demo } from '../demo/project.ts'
import { addConnectedApp, addMember, addSession } from '../src/provision/resources.ts'
import type { Service } from '../src/service.ts'
import { discover, isActive } from './support/connected-app.ts'
import type { Look } from './support/look.ts'
import { inspect, looks } from './support/look.ts'
import { revoke } from './support/revoke.ts'
import { startInstance, useService } from './support/service.ts'

const test = useService()
const executablePath = '/usr/bin/chromium'

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port // it listens on TCP
}

describe.skipIf(!existsSync(executablePath))('in Chromium', () => {
  let browser: Browser
  let app: openid.Configuration
  let redirectUri: string
  let callback = ''
  /** The Connected App, whose callback redirects to another host. */
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/callback')) {
      callback = new URL(request.url, redirectUri).href
      response.writeHead(302, { location: `http://localhost:${portOf(server)}/home` })
    }
    response.end('called back')
  })
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    await once(server.listen(0), 'listening')
    redirectUri = `http://127.0.0.1:${portOf(server)}/callback`
    app = await addApp({ name: 'Notebook' })
  })
  afterAll(async () => {
    await browser.close()
    server.close()
  })

  async function addApp(details: { name: string; logoUrl?: string }) {
    const { projectId } = test.tenant
    const id = await addConnectedApp(test.database.pool, { projectId, redirectUri, ...details })
    return discover(test.service.url, id)
  }

  async function newPage(look: Look | undefined, javaScriptEnabled: boolean): Promise<Page> {
    const context = await browser.newContext({
      javaScriptEnabled,
      ...(look && {
        viewport: { width: look.width, height: 844 },
        colorScheme: look.colorScheme,
      }),
    })
    return context.newPage()
  }

  /** One for all tests that need no script, since a new one takes longer than a flow. */
  let plainPage: Page | undefined

  async function cleanPage(): Promise<Page> {
    plainPage ??= await newPage(undefined, false)
    await plainPage.context().clearCookies()
    return plainPage
  }

  /** Starts an authorization flow, in a browser that is signed out unless the page is given. */
  async function openFlow({
    config = app,
    page,
    parameters = {},
  }: {
    config?: openid.Configuration
    page?: Page
    parameters?: Record<string, string>
  } = {}) {
    const shown = page ?? (await cleanPage())
    const verifier = openid.randomPKCECodeVerifier()
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...parameters,
    })
    callback = ''
    await shown.goto(url.href)
    return { page: shown, verifier, url }
  }

  async function signIn(page: Page, token = test.tenant.session.token): Promise<void> {
    await page.getByLabel('Session token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  /** Adds another Member. @returns the session */
  async function addOther() {
    const { organizationId } = test.tenant
    const memberId = await addMember(test.database.pool, { organizationId, name: 'Grace' })
    return addSession(test.database.pool, { organizationId, memberId })
  }

  const focused = (page: Page) => page.locator(':focus')

  it('a Member signs in and allows with the keyboard alone, and Enter alone allows nothing', async () => {
    const { page, verifier } = await openFlow()
    expect(await focused(page).getAttribute('name')).toBe('session_token')
    await page.keyboard.type(test.tenant.session.token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Allow Notebook?' }).waitFor()
    await page.keyboard.press('Enter')
    const passed: (string | null)[] = []
    for (let press = 0; press < 3; press += 1) {
      await page.keyboard.press('Tab')
      passed.push(await focused(page).textContent())
    }
    expect(passed).toEqual(['Not you?', 'Allow', 'Deny'])
    expect(callback).toBe('')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByText('called back').waitFor()
    const tokens = await openid.authorizationCodeGrant(app, new URL(callback), {
      pkceCodeVerifier: verifier,
    })
    expect(await isActive(app, tokens.access_token)).toBe(true)
  })

  it('a Member denies, or does not even sign in, and the app gets the error', async () => {
    const { page } = await openFlow()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('called back').waitFor()
    expect(new URL(callback).searchParams.get('error')).toBe('access_denied')
    await openFlow({ page })
    await signIn(page)
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.getByText('called back').waitFor()
    expect(new URL(callback).searchParams.get('error')).toBe('access_denied')
  })

  it('another Member takes over, by "Not you?" or because the app requires a login', async () => {
    const other = await addOther()
    const { page } = await openFlow()
    await signIn(page)
    await page.getByRole('button', { name: 'Not you?' }).click()
    await signIn(page, other.token)
    await page.getByText('Grace').waitFor()
    await openFlow({ page, parameters: { prompt: 'login' } })
    await signIn(page)
    await page.getByText('Ada').waitFor()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('called back').waitFor()
    expect(new URL(callback).searchParams.get('code')).toBeTruthy()
  })

  it('a consent that a revoke superseded grants nothing, and its link restarts the flow', async () => {
    const { page } = await openFlow()
    await signIn(page)
    await page.getByRole('heading', { name: 'Allow Notebook?' }).waitFor()
    const connectedAppId = app.clientMetadata().client_id
    await revoke(test.service.url, test.tenant, { connectedAppId })
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Nothing was allowed' }).waitFor()
    expect(callback).toBe('')
    await page.getByRole('link', { name: 'Start again' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('called back').waitFor()
    expect(new URL(callback).searchParams.get('code')).toBeTruthy()
  })

  it('a response that the app requests as a form is submitted, with scripts or without', async () => {
    const parameters = { response_mode: 'form_post', prompt: 'none' }
    const { page } = await openFlow({ parameters })
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('called back').waitFor()
    const withScripts = await newPage(undefined, true)
    await openFlow({ page: withScripts, parameters })
    await withScripts.getByText('called back').waitFor()
  })

  it('a logo is loaded without a referrer, and replaced by the initial of the app if it fails to load', async () => {
    const referrers: (string | undefined)[] = []
    const config = await addApp({ name: 'ünder', logoUrl: 'https://cdn.example/logo.svg' })
    const page = await cleanPage()
    let status = 200
    await page.route('https://cdn.example/**', (route) => {
      referrers.push(route.request().headers()['referer'])
      const body = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
      return route.fulfill({ status, contentType: 'image/svg+xml', body })
    })
    await openFlow({ config, page })
    const logo = page.locator('.logo img')
    expect(await logo.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(9)
    status = 404
    await page.route('https://cdn.example/**', (route) => route.abort())
    await openFlow({ config, page })
    expect(await logo.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(0)
    expect(await logo.getAttribute('data-initial')).toBe('Ü')
    expect(referrers).toEqual([undefined])
  })

  describe('with the demo', () => {
    let service: Service
    beforeAll(async () => {
      service = await startInstance(test.database.url, {
        routes: { '/demo': demoApp.createRoutes },
        frontPage: demoApp.frontPage,
      })
      await addDemoProject(test.database.url, service.url)
    })
    afterAll(() => service.close())

    it.each(looks)(
      'all pages can be used by everybody: $width pixels, $colorScheme',
      async (look) => {
        const page = await newPage(look, true)
        // The logo of the demo's app does not exist.
        await page.route('https://example.com/**', (route) => route.abort())
        await page.goto(service.url)
        await inspect(page, look)
        await page.getByRole('link', { name: 'Connect Notebook' }).click()
        await inspect(page, look)
        await signIn(page, 'unknown')
        await inspect(page, look)
        await signIn(page, demo.sessionToken)
        await inspect(page, look)
        await page.getByRole('button', { name: 'Allow' }).click()
        await page.getByRole('heading', { name: 'Notebook has access' }).waitFor()
        await inspect(page, look)
        for (const path of ['/', '/interaction/unknown', '/oauth2/authorize?client_id=x']) {
          await page.goto(test.service.url + path)
          await inspect(page, look)
        }
      },
    )

    it.each(looks.filter(({ width }) => width === 390))(
      'no name breaks a page: $width pixels, $colorScheme',
      async (look) => {
        const name = `<script>\u202E${'W'.repeat(5000)}`
        const config = await addApp({ name })
        const page = await newPage(look, true)
        await openFlow({ config, page })
        await inspect(page, look)
        await signIn(page)
        await page.getByRole('heading', { name: 'Allow <script>W' }).waitFor()
        await inspect(page, look)
        const allow = await page.getByRole('button', { name: 'Allow' }).boundingBox()
        expect(allow?.y).toBeLessThan(844)
      },
    )
  })
})
