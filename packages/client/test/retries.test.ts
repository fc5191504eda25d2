import { describe, expect, test } from 'vitest'
import { connectTo, rejectionOf } from './client.ts'
import { methodWithClock, SkippingClock } from './fake-clocks.ts'
import { listen, respondWith } from './loopback.ts'
import type { ExampleKind } from './operations.ts'
import { bodyOf, exampleOf, paramsOf, retriedOperations } from './operations.ts'

describe.each(retriedOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)

  test.each<[ExampleKind, number, number]>([
    ['rate limit', 2, 3],
    ['server failure', 1, 2],
  ])('after a %s %i times, the call succeeds', async (kind, failures, attempts) => {
    const server = await listen((_, response) =>
      respondWith(response, operation, server.requests.length > failures ? 'success' : kind),
    )
    await expect(
      methodWithClock(operation, server.url, new SkippingClock())(params),
    ).resolves.toEqual(bodyOf(operation, 'success'))
    expect(server.requests).toHaveLength(attempts)
  })

  const errors = Object.entries(operation.examples).filter(
    ([, { status }]) => status !== operation.successStatus,
  )

  test.each(errors)(
    'a persistent %s is sent as often as its status allows, and the error has that count',
    async (_, { status, body }) => {
      const server = await listen((__, response) => {
        response
          .writeHead(status, { 'content-type': operation.mediaType })
          .end(JSON.stringify(body))
      })
      const attempts = status === 429 || status >= 500 ? 3 : 1
      const call = methodWithClock(operation, server.url, new SkippingClock())(params)
      expect(await rejectionOf(call)).toMatchObject({ kind: 'http', status_code: status, attempts })
      expect(server.requests).toHaveLength(attempts)
    },
  )

  test('the 502 page of a proxy is retried', async () => {
    const server = await listen((_, response) => {
      if (server.requests.length > 1) return respondWith(response, operation, 'success')
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
    })
    await methodWithClock(operation, server.url, new SkippingClock())(params)
    expect(server.requests).toHaveLength(2)
  })

  test('a connection that closes before or during the response is retried', async () => {
    const server = await listen((_, response) => {
      if (server.requests.length === 1) response.destroy()
      else if (server.requests.length === 2) {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' })
        response.write('{"status_code":')
        setImmediate(() => response.destroy())
      } else respondWith(response, operation, 'success')
    })
    await methodWithClock(operation, server.url, new SkippingClock())(params)
    expect(server.requests).toHaveLength(3)
  })

  test('a failure without a code has no code in its message', async () => {
    const fetch = () => Promise.reject(new Error('down'))
    const error = await rejectionOf(
      methodWithClock(operation, 'http://127.0.0.1:1', new SkippingClock(), { fetch })(params),
    )
    expect(error).toMatchObject({
      kind: 'network',
      message: expect.stringMatching(/^\w+: no response$/),
    })
  })

  test('a refused connection is a network error with its code', async () => {
    const server = await listen(() => undefined)
    await server.stop()
    const error = await rejectionOf(
      methodWithClock(operation, server.url, new SkippingClock())(params),
    )
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
      respondWith(
        response,
        operation,
        retryAfterHeaders.length > 0 ? 'rate limit' : 'success',
        retryAfterHeaders.shift(),
      ),
    )
    const clock = new SkippingClock()
    await methodWithClock(operation, server.url, clock, { maxRetries: 4 })(params)
    expect(clock.delays).toEqual([250, 500, 7_000, 30_000])
  })

  test('gives up at once if Retry-After would reach the deadline', async () => {
    const server = await listen((_, response) =>
      respondWith(response, operation, 'rate limit', { 'retry-after': '25' }),
    )
    const clock = new SkippingClock(1_000)
    const { status } = exampleOf(operation, 'rate limit')
    const call = methodWithClock(operation, server.url, clock, { deadlineMs: 20_000 })
    const error = await rejectionOf(call(params))
    expect(error).toMatchObject({
      kind: 'http',
      status_code: status,
      attempts: 1,
      retryAfterMs: 25_000,
    })
    expect(clock.delays).toEqual([])
  })

  test('maxRetries can be set per client and per call', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'server failure'))
    const call = methodWithClock(operation, server.url, new SkippingClock(), { maxRetries: 0 })
    await expect(call(params)).rejects.toMatchObject({ attempts: 1 })
    await expect(call(params, { maxRetries: 4 })).rejects.toMatchObject({ attempts: 5 })
    expect(server.requests).toHaveLength(6)
  })

  test('retries on the system clock', async () => {
    const server = await listen((_, response) =>
      respondWith(response, operation, server.requests.length < 2 ? 'server failure' : 'success'),
    )
    await connectTo(operation, server.url).call(params)
    expect(server.requests).toHaveLength(2)
  })

  test('a custom fetch gets a new Request for each attempt', async () => {
    const server = await listen((_, response) =>
      respondWith(response, operation, server.requests.length < 2 ? 'server failure' : 'success'),
    )
    const seen: Request[] = []
    const bodies: string[] = []
    const { call } = connectTo(operation, server.url, {
      fetch: async (request) => {
        seen.push(request)
        bodies.push(await request.clone().text())
        return fetch(request)
      },
    })
    await call(params)
    expect(new Set(seen).size).toBe(2)
    const body = operation.requestBody ? '{}' : ''
    expect(bodies).toEqual([body, body])
  })
})
