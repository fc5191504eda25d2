import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarios, startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

describe('GET /', () => {
  it('shows a person every scenario with a command to try it', async () => {
    const response = await fetch(mock.url)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const page = await response.text()
    for (const { connected_app_id } of scenarios) {
      expect(page).toContain(`/connected_apps/${connected_app_id}/revoke`)
    }
  })

  it('shows what was defined at run time as text, whatever it holds', async () => {
    mock.define({
      connected_app_id: 'x',
      title: '<script>alert(1)</script>',
      answers: [{ example: 'revoked' }],
    })
    const response = await fetch(mock.url)
    expect(await response.text()).not.toContain('<script')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it('answers HEAD, and the icon that browsers ask for', async () => {
    const head = await fetch(mock.url, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await fetch(`${mock.url}/favicon.ico`)).status).toBe(204)
  })
})
