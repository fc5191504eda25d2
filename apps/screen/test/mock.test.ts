import { scenarios, startMock } from '@connected-apps/mock'
import type { Mock } from '@connected-apps/mock'
import { existsSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../src/api.ts'
import { executablePath, inspect, launchBrowser, looks, open } from './browser.ts'
import { startScreen } from './start-screen.ts'

const requestId = 'request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141'

/** What the screen says in the end, by the contract's example. */
const endings: Record<string, string> = {
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

const revokes = scenarios.filter(({ operationId }) => operationId === 'revokeConnectedApp')

describe.skipIf(!existsSync(executablePath))('the screen on the mock', () => {
  let mock: Mock
  let browser: Browser
  let screen: Awaited<ReturnType<typeof startScreen>>

  beforeAll(async () => {
    mock = await startMock()
    browser = await launchBrowser()
    screen = await startScreen(mock.url, { timeoutMs: 4_000 })
  })

  afterAll(async () => {
    screen.close()
    await browser.close()
    await mock.close()
  })

  it.concurrent.for(
    revokes.map(
      (scenario, index) => [scenario.title, scenario, looks[index % 4] ?? looks[0]] as const,
    ),
  )(
    'meets a person well when a revoke has the scenario "%s"',
    async ([title, { id, responses }, look]) => {
      const page = await open(browser, screen.url, look)
      const app = {
        connected_app_id: id,
        name: title,
        description: 'Plans meetings.',
        scopes_granted: 'openid email calendar:read',
        logo_url: 'https://example.com/logo.png',
      } satisfies ConnectedApp
      await page.route('**/api/connected-apps', (route) =>
        route.fulfill({
          json: {
            connected_apps: [
              app,
              {
                ...app,
                name: 'Command Line',
                connected_app_id: 'other',
                logo_url: 'http://example.com/logo.png',
              },
            ],
          },
        }),
      )
      await page.reload()
      const row = await disconnect(page, id, title)
      for (const [index, { example, waitSeconds = 0 }] of responses.entries()) {
        const isLast = index === responses.length - 1
        if (waitSeconds > 0) {
          await expect.poll(() => row.getByRole('button').textContent()).toContain('Disconnecting…')
          await inspect(page, `${title} pending`)
        }
        if (example === 'too_many_requests') {
          await row.getByText('Just a moment').waitFor()
          if (index === 0) await inspect(page, `${title} waiting`)
        }
        if (!isLast && example === 'internal_server_error') {
          await row.getByText('Something went wrong').waitFor()
          await row.getByRole('button', { name: 'Try again' }).click()
        }
        if (isLast) {
          const ending =
            waitSeconds > 4 ? 'Something went wrong on our side' : (endings[example] ?? unexpected)
          await page.getByText(ending).first().waitFor()
        }
      }
      await inspect(page, title)
      await page.context().close()
    },
  )
})

async function disconnect(page: Page, id: string, name: string) {
  await page.getByRole('button', { name: `Disconnect ${name}`, exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  return page.getByRole('listitem').filter({ hasText: name })
}
