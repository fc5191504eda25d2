import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examplePath } from '../src/example-request.ts'
import { scenarios, startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { authorization } from './call.ts'

const executablePath = '/usr/bin/chromium'

describe.skipIf(!existsSync(executablePath))('in a browser (needs /usr/bin/chromium)', () => {
  let mock: Mock
  let browser: Browser
  const app = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>app</title>')
  })

  beforeAll(async () => {
    mock = await startMock()
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    })
  }, 60_000)

  afterAll(async () => {
    await browser.close()
    app.close()
    await mock.close()
  })

  it('a page of another origin calls with credentials and reads Retry-After', async () => {
    const page = await browser.newPage()
    const { port } = app.address() as AddressInfo // it listens on TCP
    await page.goto(`http://127.0.0.1:${port}/`)
    const found = await page.evaluate(
      async ([url, credentials]) => {
        const response = await fetch(url, {
          method: 'POST',
          credentials: 'include',
          headers: {
            authorization: credentials,
            prefer: 'code=429',
            'content-type': 'application/json',
          },
          body: '{}',
        })
        const body: unknown = await response.json()
        return { status: response.status, retryAfter: response.headers.get('retry-after'), body }
      },
      [mock.url + examplePath(), authorization] as const,
    )
    expect(found).toMatchObject({ status: 429, retryAfter: '1', body: { status_code: 429 } })
    await page.close()
  })

  it('the page of scenarios has no error, names every one, and asks for no icon', async () => {
    mock.reset()
    const page = await browser.newPage()
    const trouble: string[] = []
    page.on('console', (message) => trouble.push(message.text()))
    page.on('pageerror', (error) => trouble.push(error.message))
    await page.goto(mock.url)
    const headers = await page.getByRole('rowheader').allTextContents()
    expect(headers).toEqual(scenarios.map(({ title }) => title))
    expect(await page.getByRole('link', { name: 'The journal' }).getAttribute('href')).toBe(
      `${mock.url}/__mock/journal`,
    )
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    expect(trouble).toEqual([])
    expect(mock.journal.total).toBe(0)
    await page.close()
  })
})
