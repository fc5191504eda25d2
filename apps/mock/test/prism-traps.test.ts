import { readFile } from 'node:fs/promises'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { checkResponseBody } from '@connected-apps/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { callRevoke } from './call.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

const json = { 'content-type': 'application/json' }

/** What Prism's own server and command do wrong; the traps that have tests elsewhere are named there. */
describe("Prism's traps", () => {
  it('malformed JSON is answered, and the connection lives on (Prism: never answered)', async () => {
    for (let call = 0; call < 3; call += 1) {
      expect((await callRevoke(mock.url, { headers: json, body: '{' })).status).toBe(400)
    }
  })

  it('one Accept header does not stick to later requests (Prism: kept in its settings)', async () => {
    for (const accept of ['text/html', 'application/xml;q=0.1', '*/*', '']) {
      expect((await callRevoke(mock.url, { headers: { accept } })).status).toBe(200)
    }
    expect((await callRevoke(mock.url)).status).toBe(200)
  })

  it('an example is found by its name in any status (Prism: in 200 alone)', async () => {
    const { status } = await callRevoke(mock.url, {
      headers: { prefer: 'example=member_not_found' },
    })
    expect(status).toBe(404)
  })

  it.each(['example=nonesuch', 'code=418'])(
    'Prefer: %s is a 400 of the contract (Prism: 500, or 404 as problem+json)',
    async (prefer) => {
      const { status, headers, body } = await callRevoke(mock.url, { headers: { prefer } })
      expect([status, headers.get('content-type')]).toEqual([400, 'application/json'])
      expect(checkResponseBody(400, body)).toEqual([])
    },
  )

  it('__code is heard next to a Prefer of another meaning (Prism: ignored)', async () => {
    const { status } = await callRevoke(mock.url, {
      query: '?__code=429',
      headers: { prefer: 'wait=0' },
    })
    expect(status).toBe(429)
  })

  it('a secret may hold colons (Prism: 401)', async () => {
    const headers = { authorization: `Basic ${btoa('project:a:b')}` }
    expect((await callRevoke(mock.url, { headers })).status).toBe(200)
  })

  it('Retry-After is readable with credentials (Prism: hidden behind *)', async () => {
    const { headers } = await callRevoke(mock.url, {
      headers: { origin: 'http://app.test', prefer: 'code=429' },
    })
    expect(headers.get('access-control-expose-headers')).toBe('Retry-After')
  })

  it('schemas are read as JSON Schema 2020-12 (Prism: as draft-07, unless the document says so)', () => {
    expect(document.jsonSchemaDialect).toBe('https://json-schema.org/draft/2020-12/schema')
  })

  it('its telemetry does not run when this repository is installed (Prism: a postinstall)', async () => {
    const workspace = new URL('../../../pnpm-workspace.yaml', import.meta.url)
    expect(await readFile(workspace, 'utf8')).toMatch(/'@scarf\/scarf': false/)
  })

  it('what a generated body held is not in the next one (Prism: works on shared data)', async () => {
    await callRevoke(mock.url, { headers: { prefer: 'dynamic=true, code=500' } })
    const before = await callRevoke(mock.url, { headers: { prefer: 'code=500' } })
    await callRevoke(mock.url, { headers: { prefer: 'dynamic=true, code=500' } })
    expect((await callRevoke(mock.url, { headers: { prefer: 'code=500' } })).body).toEqual(
      before.body,
    )
  })
})
