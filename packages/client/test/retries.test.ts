import { B2BClient } from '@connected-apps/client'
import type { Status } from '@connected-apps/contract'
import { expect, test } from 'vitest'
import { connectTo, credentials, ids, rejectionOf } from './client.ts'
import { revokeWithClock, SkippingClock } from './fake-clocks.ts'
import { exampleOf, listen, respondWith } from './loopback.ts'

test.each<[string, Status[], number]>([
  ['429 twice, then 200', [429, 429, 200], 3],
  ['500, then 200', [500, 200], 2],
])('%s: the call succeeds', async (_, statuses, attempts) => {
  const server = await listen((__, response) => respondWith(response, statuses.shift() ?? 500))
  await expect(revokeWithClock(server.url, new SkippingClock())(ids)).resolves.toEqual(
    exampleOf(200),
  )
  expect(server.requests).toHaveLength(attempts)
})

test.each<[Status, number]>([
  [400, 1],
  [401, 1],
  [403, 1],
  [404, 1],
  [429, 3],
  [500, 3],
])(
  'a persistent %i is sent %i times by default, and the error has that count',
  async (status, attempts) => {
    const server = await listen((_, response) => respondWith(response, status))
    const error = await rejectionOf(revokeWithClock(server.url, new SkippingClock())(ids))
    expect(error).toMatchObject({ kind: 'http', status_code: status, attempts })
    expect(server.requests).toHaveLength(attempts)
  },
)

test('the 502 page of a proxy is retried', async () => {
  const server = await listen((_, response) => {
    if (server.requests.length > 1) return respondWith(response, 200)
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
  })
  await revokeWithClock(server.url, new SkippingClock())(ids)
  expect(server.requests).toHaveLength(2)
})

test('a connection that closes before or during the response is retried', async () => {
  const server = await listen((_, response) => {
    if (server.requests.length === 1) response.destroy()
    else if (server.requests.length === 2) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' })
      response.write('{"status_code":')
      setImmediate(() => response.destroy())
    } else respondWith(response, 200)
  })
  await revokeWithClock(server.url, new SkippingClock())(ids)
  expect(server.requests).toHaveLength(3)
})

test('a failure without a code has no code in its message', async () => {
  const fetch = () => Promise.reject(new Error('down'))
  const error = await rejectionOf(
    revokeWithClock('http://127.0.0.1:1', new SkippingClock(), { fetch })(ids),
  )
  expect(error).toMatchObject({ kind: 'network', message: 'revoke: no response' })
})

test('a refused connection is a network error with its code', async () => {
  const server = await listen(() => undefined)
  await server.stop()
  const error = await rejectionOf(revokeWithClock(server.url, new SkippingClock())(ids))
  expect(error).toMatchObject({ kind: 'network', code: 'ECONNREFUSED', attempts: 3 })
})

test('delays grow with jitter, and honor Retry-After in seconds and as a date', async () => {
  const retryAfterHeaders = [
    {},
    {},
    { 'retry-after': '7' },
    { 'retry-after': 'Sun, 22 Nov 2026 12:01:00 GMT' },
  ]
  const server = await listen((_, response) =>
    respondWith(response, retryAfterHeaders.length > 0 ? 429 : 200, retryAfterHeaders.shift()),
  )
  const clock = new SkippingClock()
  await revokeWithClock(server.url, clock, { maxRetries: 4 })(ids)
  expect(clock.delays).toEqual([250, 500, 7_000, 30_000])
})

test('gives up at once if Retry-After would reach the deadline', async () => {
  const server = await listen((_, response) => respondWith(response, 429, { 'retry-after': '25' }))
  const clock = new SkippingClock(1_000)
  const revoke = revokeWithClock(server.url, clock, { deadlineMs: 20_000 })
  const error = await rejectionOf(revoke(ids))
  expect(error).toMatchObject({ kind: 'http', status_code: 429, attempts: 1, retryAfterMs: 25_000 })
  expect(clock.delays).toEqual([])
})

test('maxRetries can be set per client and per call', async () => {
  const server = await listen((_, response) => respondWith(response, 500))
  const revoke = revokeWithClock(server.url, new SkippingClock(), { maxRetries: 0 })
  await expect(revoke(ids)).rejects.toMatchObject({ attempts: 1 })
  await expect(revoke(ids, { maxRetries: 4 })).rejects.toMatchObject({ attempts: 5 })
  expect(server.requests).toHaveLength(6)
})

test('retries on the system clock', async () => {
  const statuses: Status[] = [500, 200]
  const server = await listen((_, response) => respondWith(response, statuses.shift() ?? 500))
  await connectTo(server.url).revoke(ids)
  expect(server.requests).toHaveLength(2)
})

test('a custom fetch gets a new Request for each attempt', async () => {
  const server = await listen((_, response) =>
    respondWith(response, server.requests.length < 2 ? 500 : 200),
  )
  const seen: Request[] = []
  const bodies: string[] = []
  const { revoke } = new B2BClient({
    ...credentials,
    baseUrl: server.url,
    fetch: async (request) => {
      seen.push(request)
      bodies.push(await request.clone().text())
      return fetch(request)
    },
  }).organizations.members.connectedApps
  await revoke(ids)
  expect(new Set(seen).size).toBe(2)
  expect(bodies).toEqual(['{}', '{}'])
})
