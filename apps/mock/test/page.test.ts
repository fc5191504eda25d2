import { allOperations, contract } from '@connected-apps/contract/operations'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allScenarios, startMock } from '../src/index.ts'
import type { Mock, ScenarioDefinition } from '../src/index.ts'
import { exampleCurl } from '../src/snippets/example-request.ts'
import { anyOperation, scenarioValue, successOf } from './operations.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

describe('GET /', () => {
  it.each(allOperations)(
    'shows $operationId and its scenarios, each with a command',
    async (operation) => {
      const response = await fetch(mock.url)
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      const page = unescape(await response.text())
      expect(page).toContain(contract.version)
      expect(page).toContain(operation.summary)
      expect(page).toContain(exampleCurl(mock.url, operation))
      for (const { id } of allScenarios.filter(
        (each) => each.operationId === operation.operationId,
      )) {
        expect(page).toContain(exampleCurl(mock.url, operation, scenarioValue(operation, id)))
      }
    },
  )

  it('has the key of the request in each command and link', async () => {
    const key = 'page-of-a-key'
    const [address, headers] = [`/__mock/s/${key}/`, { 'x-mock-key': key }]
    for (const [path, init] of [
      [address, {}],
      ['/', { headers }],
    ] as const) {
      const page = unescape(await (await fetch(mock.url + path, init)).text())
      const urls = page.match(new RegExp(`${mock.url}[^\\s'"<]*`, 'g')) ?? []
      expect(urls.length).toBeGreaterThan(allScenarios.length)
      expect(urls.filter((url) => !url.startsWith(`${mock.urlOf(key)}/`))).toEqual([])
    }
  })

  it('escapes scenarios that were defined at run time', async () => {
    mock.define({
      operationId: anyOperation.operationId,
      id: 'x',
      title: '<script>alert(1)</script>',
      responses: [{ example: successOf(anyOperation) }],
    } as ScenarioDefinition) // the example is one of the operation
    const response = await fetch(mock.url)
    expect(await response.text()).not.toContain('<script')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it('responds to HEAD, and to the icon request of browsers', async () => {
    const head = await fetch(mock.url, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await fetch(`${mock.url}/favicon.ico`)).status).toBe(204)
  })
})

function unescape(html: string): string {
  return html.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
}
