import { readFile } from 'node:fs/promises'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { callRevoke } from './call.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

/**
 * What Prism's own server and command do wrong. Guarded elsewhere: malformed JSON that is never
 * answered and a secret with colons (contract-true.test.ts, proxy-passing.test.ts), examples found
 * in 200 alone and preferences that nothing can meet (preferences.test.ts), `Retry-After` hidden
 * behind `*` (cors.test.ts).
 */
describe("Prism's traps", () => {
  it('one Accept header does not stick to later requests (Prism: kept in its settings)', async () => {
    for (const accept of ['text/html', 'application/xml;q=0.1', '*/*', '']) {
      expect((await callRevoke(mock.url, { headers: { accept } })).status).toBe(200)
    }
    expect((await callRevoke(mock.url)).status).toBe(200)
  })

  it('__code is heard next to a Prefer of another meaning (Prism: ignored)', async () => {
    const { status } = await callRevoke(mock.url, {
      query: '?__code=429',
      headers: { prefer: 'wait=0' },
    })
    expect(status).toBe(429)
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
