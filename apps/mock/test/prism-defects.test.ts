import { readFile } from 'node:fs/promises'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { describe, expect, it } from 'vitest'
import { call } from './call.ts'
import { anyOperation, errorOf, statusOf } from './operations.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

const { successStatus } = anyOperation

/**
 * Known defects of Prism's own server and command, which the mock must not share. Other tests cover
 * the rest: Prism never responds to malformed JSON and rejects a secret with colons
 * (conformance.test.ts), finds examples only in the 200 and ignores invalid preferences
 * (preferences.test.ts), and hides `Retry-After` behind `*` (cors.test.ts).
 */
describe("Prism's defects", () => {
  it('an Accept header does not affect later requests (Prism keeps it in its configuration)', async () => {
    for (const accept of ['text/html', 'application/xml;q=0.1', '*/*', '']) {
      expect((await call(mock.url, anyOperation, { headers: { accept } })).status).toBe(
        successStatus,
      )
    }
    expect((await call(mock.url, anyOperation)).status).toBe(successStatus)
  })

  it('__code works beside a Prefer header without a code (Prism ignores it)', async () => {
    const code = statusOf(anyOperation, errorOf(anyOperation, 'limit'))
    const { status } = await call(mock.url, anyOperation, {
      query: `?__code=${code}`,
      headers: { prefer: 'wait=0' },
    })
    expect(status).toBe(code)
  })

  it('the document declares JSON Schema 2020-12 (Prism assumes draft-07 otherwise)', () => {
    expect(document.jsonSchemaDialect).toBe('https://json-schema.org/draft/2020-12/schema')
  })

  it('the telemetry of Prism does not run when this repository is installed (it is a postinstall script)', async () => {
    const workspace = new URL('../../../pnpm-workspace.yaml', import.meta.url)
    expect(await readFile(workspace, 'utf8')).toMatch(/'@scarf\/scarf': false/)
  })

  it('a generated body does not affect later ones (Prism modifies shared data)', async () => {
    const code = statusOf(anyOperation, errorOf(anyOperation, 'failure'))
    const bodyWith = async (prefer: string) =>
      (await call(mock.url, anyOperation, { headers: { prefer } })).body
    await bodyWith(`dynamic=true, code=${code}`)
    const before = await bodyWith(`code=${code}`)
    await bodyWith(`dynamic=true, code=${code}`)
    expect(await bodyWith(`code=${code}`)).toEqual(before)
  })
})
