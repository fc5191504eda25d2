import { allOperations, contract } from '@connected-apps/contract/operations'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { findContractFile } from '../src/mock/contract-files.ts'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { executablePath, launchBrowser } from './launch-browser.ts'
import { startSharedMock } from './shared-mock.ts'

// The type that TypeScript infers is that of one path, not of a path by its name.
const paths = document.paths as unknown as Record<string, Record<string, { tags: string[] }>>
const exact = { exact: true }

const openapi = new URL('../../../openapi/', import.meta.url)

const mock = await startSharedMock()

describe.each([
  [
    '/openapi.json',
    'application/json',
    new URL(import.meta.resolve('@connected-apps/contract/openapi.json')),
  ],
  ['/openapi.yaml', 'application/yaml', new URL('connected-apps.yaml', openapi)],
  ['/reference', 'text/html; charset=utf-8', new URL('dist/reference.html', openapi)],
])('%s', (path, type, file) => {
  it('is the file of the contract, for pages of any origin', async () => {
    const response = await fetch(mock.url + path, { headers: { origin: 'http://app.test' } })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('access-control-allow-origin')).toBe('http://app.test')
    const received = await response.text()
    const parts = received.split(/<nav aria-label="Mock".*<\/nav>/)
    expect(parts).toHaveLength(path === '/reference' ? 2 : 1)
    expect(parts.join('') === (await readFile(file, 'utf8'))).toBe(true)
  })

  it('responds to HEAD, and with an isolation key', async () => {
    const head = await fetch(mock.url + path, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      type,
      '',
    ])
    const { status } = await fetch(mock.urlOf('a-key') + path, { method: 'HEAD' })
    expect(status).toBe(200)
  })

  it('is not in the journal, and no path of another method', async () => {
    await fetch(mock.url + path)
    expect(mock.journal.total).toBe(0)
    const { status } = await fetch(mock.url + path, { method: 'POST' })
    expect(status).toBe(contract.unmatched.status)
  })
})

it('leaves each path of an operation to the operation', () => {
  for (const operation of allOperations) {
    const [path = ''] = exampleRequest(operation).target.split('?')
    const files = new Map([[path, { bytes: Buffer.alloc(0), headers: {} }]])
    const isShadowed = findContractFile(files, operation, path) !== undefined
    expect({ path, isShadowed }).toEqual({ path, isShadowed: false })
  }
})

it('names the version of the contract in its health check', async () => {
  const health: unknown = await (await fetch(`${mock.url}/__mock/health`)).json()
  expect(health).toEqual({ status: 'ok', contract: document.info.version })
})

it.skipIf(!existsSync(executablePath))(
  'the reference shows every operation without errors and without another host (needs /usr/bin/chromium)',
  async () => {
    const { headers } = await fetch(`${mock.url}/reference`, { method: 'HEAD' })
    const policy = headers.get('content-security-policy')
    expect(policy).toMatch(/^default-src 'none'; script-src ('sha256-[^']+' ?)+; /)

    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      page.setDefaultTimeout(10_000)
      const errors: string[] = []
      const requests: string[] = []
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      page.on('request', (request) => requests.push(request.url()))
      for (const { path, method, summary } of allOperations) {
        await page.goto(`${mock.url}/reference`)
        // The script of the page runs: a group unfolds, and a click shows an operation of it.
        await page
          .getByText(paths[path]?.[method.toLowerCase()]?.tags[0] ?? '', exact)
          .first()
          .click()
        await page.getByText(summary, exact).first().click()
        await page.getByRole('heading', { name: summary }).first().waitFor()
      }
      await page.waitForLoadState('networkidle')
      await page.getByText('The mock serves these operations at its own address').waitFor()
      expect(await page.getByRole('link', { name: 'console' }).getAttribute('href')).toBe('/')
      expect(errors).toEqual([])
      const loaded = new Set(requests.filter((url) => !/^(?:data|blob):/.test(url)))
      expect([...loaded]).toEqual([`${mock.url}/reference`])
    } finally {
      await browser.close()
    }
  },
)
