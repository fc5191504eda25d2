import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  addConnectedApp,
  addMember,
  addOrganization,
  addProject,
  addSession,
  startEmbeddedPostgres,
  startService,
} from '@connected-apps/service'
import type { EmbeddedPostgres, Service } from '@connected-apps/service'
import { Pool } from 'pg'
import { pino } from 'pino'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { disconnect, executablePath, inspect, launchBrowser, looks, open } from './browser.ts'
import { startScreen } from './start-screen.ts'

const redirectUri = 'http://127.0.0.1/callback'

describe.skipIf(!existsSync(executablePath))('the screen on the service', () => {
  let postgres: EmbeddedPostgres
  let service: Service
  let pool: Pool
  let browser: Browser

  const logger = pino({ level: 'silent' })

  beforeAll(async () => {
    postgres = await startEmbeddedPostgres()
    service = await startService({ databaseUrl: postgres.url, port: 0, logger })
    pool = new Pool({ connectionString: postgres.url, max: 1 })
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    await pool.end()
    await service.close()
    await postgres.stop()
  })

  /** Opens the screen as the Member of a new project who has allowed these apps. */
  async function openAsMember(apps: string[], baseUrl = service.url) {
    const { projectId, secret } = await addProject(pool)
    const organizationId = await addOrganization(pool, { projectId })
    const memberId = await addMember(pool, { organizationId, name: 'Ada' })
    const { token } = await addSession(pool, { organizationId, memberId })
    const member = {
      organization_id: organizationId,
      member_id: memberId,
      session_token: token,
    }
    const ids: string[] = []
    for (const name of apps) {
      const id = await addConnectedApp(pool, { projectId, redirectUri, name })
      ids.push(id)
      await allow(id, token)
    }
    const screen = await startScreen(baseUrl, { project_id: projectId, secret, ...member })
    const opened = await open(browser, screen.url, looks[0])
    return {
      page: opened.page,
      memberId,
      ids,
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]()
        screen.close()
      },
    }
  }

  /** Signs in and allows an app, as a user does in a browser. */
  async function allow(connectedAppId: string, sessionToken: string): Promise<void> {
    const challenge = createHash('sha256').update(randomBytes(32)).digest('base64url')
    const query = new URLSearchParams({
      client_id: connectedAppId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid profile',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.route(`${redirectUri}*`, (route) => route.fulfill({ body: 'back' }))
    await page.goto(`${service.url}/oauth2/authorize?${query}`)
    await page.locator('[name=session_token]').fill(sessionToken)
    await page.keyboard.press('Enter')
    await page.locator('[name=decision][value=approve]').click()
    await page.getByText('back').waitFor()
    await context.close()
  }

  it.concurrent('lists what the Member has allowed, and ends it', async () => {
    await using member = await openAsMember(['Notebook', 'Calendar'])
    const { page } = member
    await page.getByRole('heading', { name: 'Notebook' }).waitFor()
    await page.getByText('See your name and picture').first().waitFor()
    await inspect(page, 'service list')
    await disconnect(page, 'Notebook')
    await page.getByText('Notebook is disconnected.').waitFor()
    // The list of the service, rather than the one in the screen's cache.
    await page.reload()
    await page.getByRole('heading', { name: 'Calendar' }).waitFor()
    expect(await page.getByRole('heading', { name: 'Notebook' }).count()).toBe(0)
  })

  it.concurrent('refers to an admin when the role does not allow it', async () => {
    await using member = await openAsMember(['Notebook'])
    const { page, memberId } = member
    await page.getByRole('heading', { name: 'Notebook' }).waitFor()
    await pool.query('DELETE FROM member_roles WHERE member_id = $1', [memberId])
    await disconnect(page, 'Notebook')
    await page.getByText('An admin of your organization can do it for you').waitFor()
    await page.reload()
    await page.getByText('Your role doesn’t allow you to see your connected apps.').waitFor()
    await inspect(page, 'service role')
  })

  it.concurrent('treats an app that no longer exists as disconnected', async () => {
    await using member = await openAsMember(['Notebook'])
    const { page, ids } = member
    await page.route('**/revoke', (route) => {
      const url = route
        .request()
        .url()
        .replace(ids[0] ?? '', 'connected-app-test-00000000-0000-4000-8000-000000000000')
      return route.continue({ url })
    })
    await disconnect(page, 'Notebook')
    await page.getByText('Notebook was already disconnected.').waitFor()
  })

  it.concurrent('offers to sign in again once the session is over', async () => {
    await using member = await openAsMember(['Notebook'])
    const { page, memberId } = member
    await page.getByRole('heading', { name: 'Notebook' }).waitFor()
    await pool.query('UPDATE sessions SET expires_at = now() WHERE member_id = $1', [memberId])
    await disconnect(page, 'Notebook')
    await page.getByText('Sign in again to disconnect Notebook.').waitFor()
    await page.reload()
    await page.getByText('Sign in again to see your connected apps.').waitFor()
  })

  it.concurrent('waits as long as the rate limit requires, then continues', async () => {
    const limited = await startService({
      databaseUrl: postgres.url,
      port: 0,
      logger,
      rateLimit: { requests: 1, windowSeconds: 5 },
    })
    await using member = await openAsMember(['Notebook'], limited.url)
    const { page } = member
    await disconnect(page, 'Notebook')
    await page.getByText('Just a moment').waitFor()
    await page.getByText('Notebook is disconnected.').waitFor()
    await limited.close()
  })
})
