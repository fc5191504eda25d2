import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import { startSharedMock } from './shared-mock.ts'

vi.mock('node:fs/promises', { spy: true })

const mock = await startSharedMock()

const get = (path: string, init: RequestInit = {}) =>
  fetch(mock.url + path, { redirect: 'manual', ...init })

it('is read when the mock starts, because a build may replace its files later', async () => {
  for (const read of [readdir, readFile]) vi.mocked(read).mockClear()
  expect((await get('/')).status).toBe(200)
  for (const read of [readdir, readFile]) expect(read).not.toHaveBeenCalled()
})

describe('GET /', () => {
  it('is the console, which may load nothing from anywhere else', async () => {
    for (const path of ['/', '/__mock/s/my-key/', '/__mock/s/my-key']) {
      const response = await get(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(response.headers.get('content-security-policy')?.split('; ')).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ])
      expect(await response.text()).toContain('<title>Connected Apps mock</title>')
    }
  })

  it('names files that a browser may keep, below the prefix of the mock', async () => {
    const page = await (await get('/')).text()
    const paths = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
    const types = await Promise.all(
      paths.map(async (path) => {
        expect(path).toMatch(/^\/__mock\/console\/assets\/\w+-[\w-]{8}\.\w+$/)
        const response = await get(path)
        expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
        expect(response.headers.get('x-content-type-options')).toBe('nosniff')
        return response.headers.get('content-type')
      }),
    )
    expect(new Set(types)).toEqual(
      new Set(['image/svg+xml', 'text/css; charset=utf-8', 'text/javascript; charset=utf-8']),
    )
  })

  it('responds to HEAD, and to the icon request of browsers', async () => {
    const head = await get('/', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await get('/favicon.ico')).status).toBe(204)
  })

  it('redirects to the address of a key from a header or the query', async () => {
    for (const [path, init] of [
      ['/?__key=my-key', {}],
      ['/', { headers: { 'x-mock-key': 'my-key' } }],
    ] as const) {
      const { status, headers } = await get(path, init)
      expect([status, headers.get('location')]).toEqual([302, '/__mock/s/my-key/'])
    }
  })

  it('reports an invalid key', async () => {
    for (const [path, init] of [
      ['/__mock/s/a%20b/', {}],
      ['/?__key=%3Cscript%3E', {}],
      ['/', { headers: { 'x-mock-key': 'a b' } }],
    ] as const) {
      const response = await get(path, init)
      expect(response.status).toBe(400)
      const page = await response.text()
      expect(page).toContain('an isolation key has 1 to 128 letters, digits')
      expect(page).not.toContain('script>')
    }
  })
})

it('a file that the console does not have is a 404', async () => {
  for (const name of ['', 'nonesuch.js', '../index.js', '%2e%2e/index.js', 'constructor']) {
    const response = await get(`/__mock/console/${name}`)
    expect(response.status).toBe(404)
  }
})

it('other methods are treated as on any path that the contract lacks', async () => {
  expect((await get('/', { method: 'POST' })).status).toBe(404)
  expect(mock.journal.assert({ path: '/', method: 'POST', status: 404 }, 1)).toMatchObject({
    ok: true,
  })
})
