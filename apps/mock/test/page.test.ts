import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarios, startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

describe('GET /', () => {
  it('shows every scenario with a command to try it', async () => {
    const response = await fetch(mock.url)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const page = await response.text()
    for (const { connected_app_id } of scenarios) {
      expect(page).toContain(`/connected_apps/${connected_app_id}/revoke`)
    }
  })

  it('escapes scenarios that were defined at run time', async () => {
    mock.define({
      connected_app_id: 'x',
      title: '<script>alert(1)</script>',
      responses: [{ example: 'revoked' }],
    })
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
