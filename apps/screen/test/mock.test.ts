import { allScenarios, startMock } from '@connected-apps/mock'
import type { Mock, Scenario } from '@connected-apps/mock'
import { listen } from '@connected-apps/node-http'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Look } from './browser.ts'
import { disconnect, executablePath, inspect, launchBrowser, looks, open } from './browser.ts'
import { member, startScreen } from './start-screen.ts'

const timeoutMs = 4_000

let screens = 0

/** What the screen shows in the end, by the contract's example, or by the title of a scenario. */
const endings: Record<string, string> = {
  'One app per scenario': 'Too many requests twice, then revoked',
  connected_apps: 'Calendar Assistant',
  no_connected_apps: 'No apps are connected',
  revoked: 'is disconnected. It no longer has access.',
  connected_app_not_found: 'was already disconnected.',
  session_authorization_error: 'Ask an admin for this',
  session_authorization_tenancy_error: 'You’re signed in to another organization',
  session_not_found: 'You’ve been signed out',
  invalid_session_token: 'You’ve been signed out',
  unable_to_parse_session_jwt: 'You’ve been signed out',
  too_many_requests: 'It’s still too busy',
  internal_server_error: 'Something went wrong on our side',
}
const unexpected = 'That didn’t work'

interface ScreenOptions {
  path?: string
  /** Default: those of the contract's example. */
  apps?: { connected_app_id: string; name: string; scopes_granted?: string; logo_url?: string }[]
}

const otherApp = {
  connected_app_id: 'connected-app-test-5c1d8c0e-6d0e-4f35-9f0a-2b6f1f3f9a17',
  name: 'Command Line',
  scopes_granted: 'openid notes:read',
}

const isSoak = process.env['SOAK'] !== undefined

const revokes = allScenarios.filter(({ operationId }) => operationId === 'revokeConnectedApp')

/** Many errors look alike in place of a list, so only a soak has all of them. */
const lists = allScenarios
  .filter(({ operationId }) => operationId === 'getMemberConnectedApps')
  .filter((scenario, index, all) => {
    const like = endingsOf(scenario)
    return isSoak || all.findIndex((each) => endingsOf(each) === like) === index
  })

function endingsOf({ title, responses }: Scenario): string {
  const seen = responses.map(({ example, waitSeconds }) => [endingOf(title, example), waitSeconds])
  return JSON.stringify(seen)
}

function endingOf(title: string, example: string): string {
  return endings[title] ?? endings[example] ?? unexpected
}

/** Each scenario with one look at the screen, or in a soak with every one. */
function withLooks(all: Scenario[]): [title: string, scenario: Scenario, look: Look][] {
  return all.flatMap((scenario, index) =>
    (isSoak ? looks : [looks[index % 4] ?? looks[0]]).map((look): [string, Scenario, Look] => [
      scenario.title,
      scenario,
      look,
    ]),
  )
}

describe.skipIf(!existsSync(executablePath))('the screen on the mock', () => {
  let mock: Mock
  let browser: Browser

  beforeAll(async () => {
    mock = await startMock()
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    await mock.close()
  })

  /** Opens a screen of its own, for which the mock has a state of its own. */
  async function openScreen(look: Look, { path = '/', apps }: ScreenOptions = {}) {
    const key = `test-${++screens}`
    if (apps !== undefined) {
      const id = member.member_id
      mock.key(key).define({ operationId: 'getMemberConnectedApps', id, connected_apps: apps })
    }
    const screen = await startScreen(mock.urlOf(key), { timeoutMs })
    const opened = await open(browser, screen.url + path, look)
    return {
      page: opened.page,
      mocked: mock.key(key),
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]()
        screen.close()
      },
    }
  }

  it.concurrent.for(withLooks(revokes))(
    'shows the outcome of a revoke with the scenario "%s"',
    async ([title, scenario, look]) => {
      const apps = [{ connected_app_id: scenario.id, name: title }, otherApp]
      await using screen = await openScreen(look, { apps })
      const { page } = screen
      await disconnect(page, title)
      await follow(page, scenario, 'Disconnecting…')
    },
  )

  it.concurrent.for(withLooks(lists))(
    'shows the outcome of a list with the scenario "%s"',
    async ([, scenario, look]) => {
      await using screen = await openScreen(look, { path: `/sign-in?member_id=${scenario.id}` })
      await follow(screen.page, scenario, 'Loading your connected apps…')
    },
  )

  it('removes a disconnected app, announces it, and keeps the focus on the page', async () => {
    await using screen = await openScreen(looks[0])
    const { page, mocked } = screen
    await page.getByRole('button', { name: 'Disconnect Calendar Assistant' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Disconnect Calendar Assistant?' })
    await inspect(page, 'dialog')
    const cancel = dialog.getByRole('button', { name: 'Cancel' })
    expect(await cancel.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('Calendar Assistant is disconnected.').waitFor()
    expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'Command Line',
    ])
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Connected apps')
    await disconnect(page, 'Command Line')
    await page.getByRole('heading', { name: 'No apps are connected' }).waitFor()
    await inspect(page, 'all disconnected')
    // The list of the API, rather than the one in the screen's cache.
    await page.reload()
    await page.getByRole('heading', { name: 'No apps are connected' }).waitFor()
    const revoked = { operationId: 'revokeConnectedApp', session: 'token', status: 200 } as const
    expect(mocked.journal.assert(revoked, 2)).toMatchObject({ ok: true })
  })

  it('reports a lost connection, and continues once it is back', async () => {
    await using screen = await openScreen(looks[1])
    const { page } = screen
    await page.getByRole('heading', { name: 'Calendar Assistant' }).waitFor()
    await page.context().setOffline(true)
    await disconnect(page, 'Calendar Assistant')
    await page.getByText('You seem to be offline').waitFor()
    await page.getByText('then try again to disconnect Calendar Assistant.').waitFor()
    await inspect(page, 'offline')
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Try again to disconnect Calendar Assistant' }).click()
    await page.getByText('Calendar Assistant is disconnected.').waitFor()
  })

  it('lets the user sign in again when the session is over', async () => {
    await using screen = await openScreen(looks[2])
    const { page } = screen
    await page.getByRole('heading', { name: 'Calendar Assistant' }).waitFor()
    await page.context().clearCookies()
    await disconnect(page, 'Calendar Assistant')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Calendar Assistant' }).waitFor()
  })

  it('can be opened by a link on another site', async () => {
    await using screen = await openScreen(looks[2])
    const { page } = screen
    const body = `<a href="${page.url()}">Your apps</a>`
    await page.context().clearCookies()
    await page.route('http://example.com/', (route) =>
      route.fulfill({ contentType: 'text/html', body }),
    )
    await page.goto('http://example.com/')
    await page.getByRole('link').click()
    await page.getByRole('heading', { name: 'Calendar Assistant' }).waitFor()
  })

  it.concurrent.for([
    ['a code of its own', 403, '{"code":"FORBIDDEN"}'],
    ['a code that every object has', 403, '{"code":"toString"}'],
    ['a request_id that is not a string', 500, '{"code":"unexpected","request_id":{}}'],
    ['a page', 200, '<h1>Sign in</h1>'],
    ['other JSON', 200, '{}'],
    ['null', 200, 'null'],
    ['apps without names', 200, '{"connected_apps":[{}]}'],
  ] as const)('survives a proxy that responds with %s', async ([, status, body]) => {
    await using screen = await openScreen(looks[0])
    const { page } = screen
    await page.getByRole('heading', { name: 'Calendar Assistant' }).waitFor()
    await page.route('**/api/**', (route) => route.fulfill({ status, body }))
    await disconnect(page, 'Calendar Assistant')
    await page.getByText('We couldn’t disconnect Calendar Assistant.').waitFor()
    await page.reload()
    await page.getByText('We couldn’t load your connected apps.').waitFor()
  })

  it('survives a connection that is lost during a response', async () => {
    const cutting = createServer((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{', () => response.destroy())
    })
    const url = await listen(cutting, { host: '127.0.0.1', port: 0 })
    await using screen = await openScreen(looks[0])
    const { page } = screen
    await page.route('**/api/**', (route) => route.continue({ url }))
    await page.reload()
    await page.getByText('We couldn’t load your connected apps.').waitFor()
    cutting.close()
  })

  it('shows a scope without a description by its name, whatever that is', async () => {
    const scopes = ['email', '__proto__', 'toString', 'notes:read']
    const app = { ...otherApp, scopes_granted: scopes.join(' ') }
    await using screen = await openScreen(looks[0], { apps: [app] })
    const shown = screen.page.getByRole('list', { name: 'What it may do' }).getByRole('listitem')
    await shown.first().waitFor()
    expect(await shown.allTextContents()).toEqual(['See your email address', ...scopes.slice(1)])
  })

  it('does not keep the user waiting for minutes', async () => {
    await using screen = await openScreen(looks[3])
    const { page } = screen
    await page.route('**/revoke', (route) =>
      route.fulfill({ status: 429, json: { code: 'rate_limited', retry_after_seconds: 290 } }),
    )
    await disconnect(page, 'Calendar Assistant')
    await page.getByText('Please try again in 5 minutes.').waitFor()
  })

  it('shows initials in place of logos that are missing or insecure', async () => {
    const logos = ['https://example.com/logo.png', 'http://example.com/logo.png', 'data:,', '']
    const apps = logos.map((logo_url, index) => ({
      connected_app_id: `app-${index}`,
      name: `${index} app`,
      logo_url,
    }))
    await using screen = await openScreen(looks[3], { apps })
    const { page } = screen
    await page.route('https://example.com/**', (route) => route.fulfill({ status: 404 }))
    await page.reload()
    await page.getByRole('heading', { name: '3 app' }).waitFor()
    await expect.poll(() => page.locator('img').count()).toBe(0)
    await inspect(page, 'initials')
  })
})

/** States that were inspected. Many errors look alike, so only a soak inspects each of them. */
const inspected = new Set<string>()

/** Goes through the responses of a scenario as a user does, and inspects what is shown. */
async function follow(
  page: Page,
  { title, operationId, responses }: Scenario,
  pending: string,
): Promise<void> {
  const see = async (text: string): Promise<void> => {
    await page.getByText(text).first().waitFor()
    const state = `${operationId} ${isSoak ? `${title} ` : ''}${text}`
    if (!isSoak && inspected.has(state)) return
    inspected.add(state)
    await inspect(page, state)
  }
  for (const [index, { example, waitSeconds = 0 }] of responses.entries()) {
    if (waitSeconds > 0) await see(pending)
    if (waitSeconds * 1000 > timeoutMs) return see('Something went wrong on our side')
    if (example === 'too_many_requests' && index === 0) await see('Just a moment')
    if (index === responses.length - 1) await see(endingOf(title, example))
    else if (example === 'internal_server_error') {
      await page.getByRole('button', { name: 'Try again' }).click()
    }
  }
}
