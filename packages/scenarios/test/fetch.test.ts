import { B2BClient } from '@connected-apps/client'
import { operations } from '@connected-apps/contract/operations'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { mockFetch } from '../src/fetch.ts'
import { maxBodyBytes, scenarios } from '../src/index.ts'
import { authorization } from './requests.ts'
import { credentials, ids, revokeUrl } from './revoke-request.ts'

const post = { method: 'POST', headers: { authorization } }
const revoked = operations.revokeConnectedApp.examples.revoked.body

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', () => Promise.reject(new Error('something was sent')))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('responds to every method of the client, with responses that it retries where it should', async () => {
  const fetch = mockFetch()
  const { organizations } = new B2BClient({ ...credentials, fetch })
  const { connected_app_id } = scenarios.tooManyRequestsTwiceThenRevoked
  const revoking = organizations.members.connectedApps.tryRevoke({ ...ids, connected_app_id })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await revoking).toMatchObject({ ok: true, attempts: 3, body: revoked })
  await organizations.members.getConnectedApps(ids)
  await organizations.getConnectedApp(ids)
  expect(fetch.engine.key().journal.list()).toMatchObject([
    { status: 429, connected_app_id },
    { status: 429, connected_app_id },
    { status: 200, connected_app_id },
    { operationId: 'getMemberConnectedApps', status: 200, credentials: 'present' },
    { operationId: 'getOrganizationConnectedApp', status: 200, session: 'none' },
  ])
})

test.each<[string, ...Parameters<typeof fetch>]>([
  ['a string', revokeUrl(), post],
  ['a URL', new URL(revokeUrl()), post],
  ['a Request', new Request(revokeUrl(), post)],
  ['a Request whose method is replaced', new Request(revokeUrl(), { headers: post.headers }), post],
  ['another host', revokeUrl({}, 'http://127.0.0.1:4010'), post],
])('takes the arguments of fetch: %s', async (_, input, init) => {
  const response = await mockFetch()(input, init)
  expect(response).toBeInstanceOf(Response)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toEqual(revoked)
})

test('has no body for HEAD', async () => {
  const response = await mockFetch()(revokeUrl(), { ...post, method: 'HEAD' })
  expect([response.status, response.body]).toEqual([404, null])
})

test('rejects for an invalid URL, as fetch does', async () => {
  const rejected = mockFetch()('http://').catch((error: unknown) => error)
  expect(await rejected).toBeInstanceOf(TypeError)
})

test('has the declared headers of a response', async () => {
  const { connected_app_id } = scenarios.tooManyRequests
  const response = await mockFetch()(revokeUrl({ connected_app_id }), post)
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1'])
})

test('responds with a 404 to a request that matches no operation', async () => {
  const response = await mockFetch()('https://test.stytch.com/v1/b2b/organizations', post)
  expect([response.status, await response.json()]).toMatchObject([404, { status_code: 404 }])
})

test('responds with a 400 to a body that is too long, as the server does', async () => {
  const body = new Uint8Array(maxBodyBytes + 1).fill(32)
  const response = await mockFetch()(revokeUrl(), { ...post, body })
  expect(response.status).toBe(400)
})

test('responds with the example of the status if a generated body is preferred', async () => {
  const response = await mockFetch()(`${revokeUrl()}?__dynamic=true&__code=200`, post)
  expect(await response.json()).toEqual(revoked)
})

describe('a delay', () => {
  const { connected_app_id } = scenarios.revokedAfter3Seconds
  const url = revokeUrl({ connected_app_id })

  test('can be controlled by fake timers', async () => {
    let isDone = false
    const pending = mockFetch()(url, post).finally(() => {
      isDone = true
    })
    await vi.advanceTimersByTimeAsync(2_999)
    expect(isDone).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect((await pending).status).toBe(200)
  })

  test('ends with the reason of the signal, which the journal records', async () => {
    const fetch = mockFetch()
    const abort = new AbortController()
    const pending = fetch(url, { ...post, signal: abort.signal })
    const rejected = pending.catch((reason: unknown) => reason)
    await vi.advanceTimersByTimeAsync(1_000)
    abort.abort('enough')
    expect(await rejected).toBe('enough')
    const [entry] = fetch.engine.key().journal.list()
    expect(entry).toMatchObject({ aborted: true })
    expect(entry).not.toHaveProperty('status')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ends with the signal of a Request, too', async () => {
    const abort = new AbortController()
    const request = new Request(url, { ...post, signal: abort.signal })
    const rejected = mockFetch()(request).catch((reason: unknown) => reason)
    await vi.advanceTimersByTimeAsync(1_000)
    abort.abort()
    expect(await rejected).toMatchObject({ name: 'AbortError' })
  })

  test('ends with a signal of jsdom, which the Request of Node.js rejects', async () => {
    const signal = Object.assign(new EventTarget(), { reason: 'enough', throwIfAborted() {} })
    const init = { ...post, signal: signal as unknown as AbortSignal } // that of jsdom is no more than this
    expect(() => new Request(url, init)).toThrow('AbortSignal')
    const rejected = mockFetch()(url, init).catch((reason: unknown) => reason)
    await vi.advanceTimersByTimeAsync(1_000)
    signal.dispatchEvent(new Event('abort'))
    expect(await rejected).toBe('enough')
  })

  test('does not start if the signal is already aborted', async () => {
    const fetch = mockFetch()
    const signal = AbortSignal.abort()
    await expect(fetch(url, { ...post, signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(fetch.engine.key().journal.total).toBe(0)
  })

  test('is aborted by the timeout of the client', async () => {
    const fetch = mockFetch()
    const client = new B2BClient({ ...credentials, fetch, timeoutMs: 2_000, maxRetries: 0 })
    const { connectedApps } = client.organizations.members
    const revoking = connectedApps.tryRevoke({ ...ids, connected_app_id })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await revoking).toMatchObject({ ok: false, error: { kind: 'timeout' } })
    expect(fetch.engine.key().journal.list({})).toMatchObject([{ aborted: true }])
  })
})

test('keeps the requests and definitions of isolation keys apart', async () => {
  const fetch = mockFetch()
  const { engine } = fetch
  engine.key('a').define({
    operationId: 'revokeConnectedApp',
    id: ids.connected_app_id,
    responses: [{ example: 'internal_server_error' }],
  })
  const url = revokeUrl()
  const withHeader = { ...post, headers: { authorization, 'X-Mock-Key': 'a' } }
  const statuses = [
    await fetch(url, withHeader),
    await fetch(`${url}?__key=a`, post),
    await fetch(url.replace('/v1/', '/__mock/s/a/v1/'), post),
    await fetch(`${url}?__key=b`, post),
    await fetch(url, post),
  ].map(({ status }) => status)
  expect(statuses).toEqual([500, 500, 500, 200, 200])
  engine.key('b').reset()
  expect(['a', 'b', undefined].map((key) => engine.key(key).journal.total)).toEqual([3, 0, 1])
})

test('uses the lists of an engine that is passed to it', async () => {
  const fetch = mockFetch()
  const { engine } = fetch
  const list = async (client: B2BClient) => {
    const { connected_apps } = await client.organizations.members.getConnectedApps(ids)
    return connected_apps.map(({ connected_app_id }) => connected_app_id)
  }
  const one = new B2BClient({ ...credentials, fetch })
  const other = new B2BClient({ ...credentials, fetch: mockFetch({ engine }) })
  const [connected_app_id = '', ...rest] = await list(one)
  await other.organizations.members.connectedApps.revoke({ ...ids, connected_app_id })
  expect(await list(one)).toEqual(rest)
  expect(await list(new B2BClient({ ...credentials, fetch: mockFetch() }))).toHaveLength(
    rest.length + 1,
  )
})
