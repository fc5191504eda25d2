import { allOperations } from '@connected-apps/contract/operations'
import { exampleResponse } from '@connected-apps/scenarios'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { authorization } from './call.ts'
import { executablePath, launchBrowser } from './launch-browser.ts'
import { errorOf } from './operations.ts'

describe.skipIf(!existsSync(executablePath))('in a browser (needs /usr/bin/chromium)', () => {
  let mock: Mock
  let browser: Browser
  const app = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>app</title>')
  })

  beforeAll(async () => {
    mock = await startMock()
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    browser = await launchBrowser()
  }, 60_000)

  afterAll(async () => {
    await browser.close()
    app.close()
    await mock.close()
  })

  it.each(allOperations)(
    'lets a page of another origin call $operationId with credentials and a key, and read its headers',
    async (operation) => {
      const { operationId } = operation
      const page = await browser.newPage({ extraHTTPHeaders: { 'x-mock-key': operationId } })
      const { port } = app.address() as AddressInfo // it listens on TCP
      await page.goto(`http://127.0.0.1:${port}/`)
      const example = errorOf(operation, 'limit')
      const { method, target, headers, ...rest } = exampleRequest(operation)
      const sent = { ...headers, authorization, prefer: `example=${example}` }
      const received = await page.evaluate(
        async ([url, init]) => {
          const response = await fetch(url, { ...init, credentials: 'include' })
          const body: unknown = await response.json()
          return { status: response.status, headers: Object.fromEntries(response.headers), body }
        },
        [mock.url + target, { method, headers: sent, ...rest }] as const,
      )
      const expected = exampleResponse(operation, example)
      const names = Object.entries(expected.headers)
      expect(received).toMatchObject({
        ...expected,
        headers: Object.fromEntries(names.map(([name, value]) => [name.toLowerCase(), value])),
      })
      const { journal } = mock.key(operationId)
      expect(journal.assert({ operationId, example }, 1)).toMatchObject({ ok: true })
      expect(mock.journal.list()).toEqual([])
      await page.close()
    },
  )
})
