import { B2BClient } from '@connected-apps/client'
import nodeHttp from 'node:http'
import type * as mswCore from 'msw'
import type * as mswNode from 'msw/node'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { mockFetch } from '../src/fetch.ts'
import { scenarios } from '../src/index.ts'
import { authorization } from './requests.ts'
import { credentials, ids, revokeUrl } from './revoke-request.ts'

/** Each version that the handlers are for; what is used of it is the same in both. */
const versions = {
  2: { core: () => import('msw-2'), node: () => import('msw-2/node') },
  3: { core: () => import('msw'), node: () => import('msw/node') },
}

describe.each([2, 3] as const)('with MSW %s', async (version) => {
  const { core, node } = versions[version]
  const { http, HttpResponse } = (await core()) as unknown as typeof mswCore // see `versions`
  const { setupServer } = (await node()) as unknown as typeof mswNode // see `versions`
  vi.resetModules()
  vi.doMock('msw', () => core())
  const { handlers } = await import('../src/msw.ts')
  vi.doUnmock('msw')

  const baseUrl = 'https://test.stytch.com'
  const api = handlers({ baseUrl })
  const { engine } = api
  const left = () => HttpResponse.json('left')
  const server = setupServer(...api, http.all('*', left))
  const printed = vi.spyOn(console, 'error')
  const { organizations } = new B2BClient(credentials)
  const { members } = organizations
  const post = { method: 'POST', headers: { authorization } }

  beforeEach(() => server.listen())
  afterEach(() => {
    server.close()
    server.resetHandlers()
    vi.useRealTimers()
    vi.clearAllMocks()
    engine.key().reset()
  })

  test('responds to every method of the client', async () => {
    const { connected_app_id } = scenarios.noSuchConnectedApp
    expect(await members.connectedApps.tryRevoke({ ...ids, connected_app_id })).toMatchObject({
      ok: false,
      error: { kind: 'http', status_code: 404, conforms: true },
    })
    expect(await members.tryGetConnectedApps(ids)).toMatchObject({ ok: true })
    expect(await organizations.tryGetConnectedApp(ids)).toMatchObject({ ok: true })
    const statuses = engine
      .key()
      .journal.list()
      .map(({ status }) => status)
    expect(statuses).toEqual([404, 200, 200])
  })

  test('responds to clients that do not use fetch', async () => {
    const base = 'http://api.example'
    const url = `${base}/v1/b2b/organizations/o/members/m/connected_apps`
    server.use(...handlers({ baseUrl: base, engine }))
    const status = await new Promise((resolve, reject) => {
      nodeHttp
        .get(url, { headers: { authorization } }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
        .on('error', reject)
    })
    expect(status).toBe(200)
    expect(engine.key().journal.list()).toMatchObject([{ member_id: 'm', status: 200 }])
  })

  const path = revokeUrl({}, '')
  test.each([
    ['another host', `${baseUrl}.example${path}`, 'POST'],
    ['another scheme', `http://test.stytch.com${path}`, 'POST'],
    ['another path', `${baseUrl}/other${path}`, 'POST'],
    ['a misspelled path', `${baseUrl}${path}e`, 'POST'],
    ['another method', `${baseUrl}${path}`, 'PUT'],
  ])('leaves to the handlers that follow what is for %s', async (_, url, method) => {
    expect(await (await fetch(url, { ...post, method })).json()).toBe('left')
    expect(engine.key().journal.total).toBe(0)
  })

  test('accepts a base URL with a path, which may contain any characters', async () => {
    const base = 'https://api.example:8443/a(b)*:c%20d/'
    const own = handlers({ baseUrl: base })
    server.use(...own)
    const client = new B2BClient({ ...credentials, baseUrl: base })
    await client.organizations.members.connectedApps.revoke(ids)
    expect(own.engine.key().journal.list()).toMatchObject([
      { path: revokeUrl({}, ''), status: 200 },
    ])
  })

  test('accepts a base URL relative to the page', async () => {
    vi.stubGlobal('location', { href: 'http://127.0.0.1:5173/apps' })
    server.use(...handlers({ baseUrl: '/api', engine }))
    vi.unstubAllGlobals()
    expect((await fetch(revokeUrl({}, 'http://127.0.0.1:5173/api'), post)).status).toBe(200)
    expect(engine.key().journal.total).toBe(1)
  })

  test.each(['test.stytch.com', '', '/v1', 'file:///v1'])(
    'rejects a base URL that is not a URL: %j',
    (wrong) => {
      expect(() => handlers({ baseUrl: wrong })).toThrow(
        new TypeError(
          'baseUrl is not a URL; pass that of the client, like https://test.stytch.com',
        ),
      )
    },
  )

  test('delays a response by timers that can be faked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let isDone = false
    const { connected_app_id } = scenarios.revokedAfter3Seconds
    const pending = fetch(revokeUrl({ connected_app_id }), post).finally(() => {
      isDone = true
    })
    await vi.waitUntil(() => engine.key().journal.total === 1)
    await vi.advanceTimersByTimeAsync(2_000)
    await new Promise(setImmediate)
    expect(isDone).toBe(false)
    await vi.advanceTimersByTimeAsync(1_000)
    expect((await pending).status).toBe(200)
  })

  test('ends a delay quietly when the request is aborted', async () => {
    const abort = new AbortController()
    const { connected_app_id } = scenarios.revokedAfter3Seconds
    const pending = fetch(revokeUrl({ connected_app_id }), { ...post, signal: abort.signal })
    const { journal } = engine.key()
    await vi.waitUntil(() => journal.total === 1)
    abort.abort()
    await expect(pending).rejects.toMatchObject({ name: 'AbortError' })
    await vi.waitFor(() => expect(journal.list()).toMatchObject([{ aborted: true }]))
    await new Promise(setImmediate)
    expect(printed).not.toHaveBeenCalled()
  })

  test('keeps isolation keys apart, by header, query and the prefix in a base URL', async () => {
    const url = revokeUrl()
    await fetch(url, { ...post, headers: { authorization, 'X-Mock-Key': 'a' } })
    await fetch(`${url}?__key=a`, post)
    const client = new B2BClient({ ...credentials, baseUrl: `${baseUrl}/__mock/s/a` })
    await client.organizations.members.getConnectedApps(ids)
    await fetch(url, post)
    expect(engine.key('a').journal.total).toBe(3)
    expect(engine.key().journal.assert({}, 1)).toMatchObject({ ok: true })
    engine.key('a').reset()
    expect(engine.key('a').journal.total).toBe(0)
    expect(engine.key().journal.total).toBe(1)
  })

  test('can share an engine with mockFetch', async () => {
    await mockFetch({ engine })(revokeUrl(), post)
    await fetch(revokeUrl(), post)
    expect(engine.key().journal.total).toBe(2)
  })
})
