import { readFile } from 'node:fs/promises'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { callRevoke } from './call-revoke.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

/**
 * Known defects of Prism's own server and command, which the mock must not share. Other tests cover
 * the rest: Prism never responds to malformed JSON and rejects a secret with colons
 * (conformance.test.ts), finds examples only in the 200 and ignores invalid preferences
 * (preferences.test.ts), and hides `Retry-After` behind `*` (cors.test.ts).
 */
describe("Prism's defects", () => {
  it('an Accept header does not affect later requests (Prism keeps it in its configuration)', async () => {
    for (const accept of ['text/html', 'application/xml;q=0.1', '*/*', '']) {
      expect((await callRevoke(mock.url, { headers: { accept } })).status).toBe(200)
    }
    expect((await callRevoke(mock.url)).status).toBe(200)
  })

  it('__code works beside a Prefer header without a code (Prism ignores it)', async () => {
    const { status } = await callRevoke(mock.url, {
      query: '?__code=429',
      headers: { prefer: 'wait=0' },
    })
    expect(status).toBe(429)
  })

  it('the document declares JSON Schema 2020-12 (Prism assumes draft-07 otherwise)', () => {
    expect(document.jsonSchemaDialect).toBe('https://json-schema.org/draft/2020-12/schema')
  })

  it('the telemetry of Prism does not run when this repository is installed (it is a postinstall script)', async () => {
    const workspace = new URL('../../../pnpm-workspace.yaml', import.meta.url)
    expect(await readFile(workspace, 'utf8')).toMatch(/'@scarf\/scarf': false/)
  })

  it('a generated body does not affect later ones (Prism modifies shared data)', async () => {
    await callRevoke(mock.url, { headers: { prefer: 'dynamic=true, code=500' } })
    const before = await callRevoke(mock.url, { headers: { prefer: 'code=500' } })
    await callRevoke(mock.url, { headers: { prefer: 'dynamic=true, code=500' } })
    expect((await callRevoke(mock.url, { headers: { prefer: 'code=500' } })).body).toEqual(
      before.body,
    )
  })
})
