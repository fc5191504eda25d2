import { B2BClient } from '@connected-apps/client'
import type { Status } from '@connected-apps/contract'
import { expect, test } from 'vitest'
import { connectTo, credentials, ids, rejectionOf, SkippingClock, skippingRevoke } from './calls.ts'
import { answerWith, exampleOf, listen } from './loopback.ts'

test.each<[string, Status[], number]>([
  ['429 twice, then 200', [429, 429, 200], 3],
  ['500, then 200', [500, 200], 2],
])('%s: the call succeeds', async (_, statuses, sent) => {
  const server = await listen((__, response) => answerWith(response, statuses.shift() ?? 500))
  await expect(skippingRevoke(server.url, new SkippingClock())(ids)).resolves.toEqual(
    exampleOf(200),
  )
  expect(server.requests).toHaveLength(sent)
})

test.each<[Status, number]>([
  [400, 1],
  [401, 1],
  [403, 1],
  [404, 1],
  [429, 3],
  [500, 3],
])('%i for ever is sent %i times by default, and the error says so', async (status, sent) => {
  const server = await listen((_, response) => answerWith(response, status))
  const error = await rejectionOf(skippingRevoke(server.url, new SkippingClock())(ids))
  expect(error).toMatchObject({ kind: 'http', status_code: status, attempts: sent })
  expect(server.requests).toHaveLength(sent)
})

test('a 502 page of a proxy is tried again', async () => {
  const server = await listen((_, response) => {
    if (server.requests.length > 1) return answerWith(response, 200)
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
  })
  await skippingRevoke(server.url, new SkippingClock())(ids)
  expect(server.requests).toHaveLength(2)
})

test('a connection that breaks off, before or within the answer, is tried again', async () => {
  const server = await listen((_, response) => {
    if (server.requests.length === 1) response.destroy()
    else if (server.requests.length === 2) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' })
      response.write('{"status_code":')
      setImmediate(() => response.destroy())
    } else answerWith(response, 200)
  })
  await skippingRevoke(server.url, new SkippingClock())(ids)
  expect(server.requests).toHaveLength(3)
})

test('a failure without a code is told of without one', async () => {
  const fetch = () => Promise.reject(new Error('down'))
  const error = await rejectionOf(
    skippingRevoke('http://127.0.0.1:1', new SkippingClock(), { fetch })(ids),
  )
  expect(error).toMatchObject({ kind: 'network', message: 'revoke: no answer' })
})

test('a refused connection is a network error with its code', async () => {
  const server = await listen(() => undefined)
  await server.stop()
  const error = await rejectionOf(skippingRevoke(server.url, new SkippingClock())(ids))
  expect(error).toMatchObject({ kind: 'network', code: 'ECONNREFUSED', attempts: 3 })
})

test('waits grow with jitter, and obey Retry-After in seconds and as a date', async () => {
  const after = [{}, {}, { 'retry-after': '7' }, { 'retry-after': 'Sun, 22 Nov 2026 12:01:00 GMT' }]
  const server = await listen((_, response) =>
    answerWith(response, after.length > 0 ? 429 : 200, after.shift()),
  )
  const clock = new SkippingClock()
  await skippingRevoke(server.url, clock, { maxRetries: 4 })(ids)
  expect(clock.waits).toEqual([250, 500, 7_000, 30_000])
})

test('gives up at once when Retry-After would outlast the deadline', async () => {
  const server = await listen((_, response) => answerWith(response, 429, { 'retry-after': '25' }))
  const clock = new SkippingClock(1_000)
  const revoke = skippingRevoke(server.url, clock, { deadlineMs: 20_000 })
  const error = await rejectionOf(revoke(ids))
  expect(error).toMatchObject({ kind: 'http', status_code: 429, attempts: 1, retryAfterMs: 25_000 })
  expect(clock.waits).toEqual([])
})

test('maxRetries counts, per client and per call', async () => {
  const server = await listen((_, response) => answerWith(response, 500))
  const revoke = skippingRevoke(server.url, new SkippingClock(), { maxRetries: 0 })
  await expect(revoke(ids)).rejects.toMatchObject({ attempts: 1 })
  await expect(revoke(ids, { maxRetries: 4 })).rejects.toMatchObject({ attempts: 5 })
  expect(server.requests).toHaveLength(6)
})

test('on the real clock too', async () => {
  const statuses: Status[] = [500, 200]
  const server = await listen((_, response) => answerWith(response, statuses.shift() ?? 500))
  await connectTo(server.url).revoke(ids)
  expect(server.requests).toHaveLength(2)
})

test('a custom fetch gets a new Request for each attempt', async () => {
  const server = await listen((_, response) =>
    answerWith(response, server.requests.length < 2 ? 500 : 200),
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
