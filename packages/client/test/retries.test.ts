import type { FetchInit } from '@connected-apps/client'
import { describe, expect, test } from 'vitest'
import { BACKOFF_MS } from '../src/retry.ts'
import { systemClock } from '../src/timeouts.ts'
import { connectTo, rejectionOf } from './client.ts'
import { methodWithClock, SkippingClock } from './fake-clocks.ts'
import { listen, respondWith } from './loopback.ts'
import type { ExampleKind } from './operations.ts'
import { bodyOf, exampleOf, paramsOf, retriedOperations } from './operations.ts'

/** The statuses that say that the same request may succeed later: of those from 500, all but 501. */
const retriedStatuses = [
  408,
  425,
  429,
  500,
  ...Array.from({ length: 98 }, (_, index) => 502 + index),
]

describe.each(retriedOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)

  /** Responds with an example of the contract, without a server. */
  function respond(kind: ExampleKind, headers: Record<string, string> = {}): Response {
    const { status, body } = exampleOf(operation, kind)
    return Response.json(body, { status, headers })
  }

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
      const attempts = retriedStatuses.includes(status) ? 3 : 1
      const call = methodWithClock(operation, server.url, new SkippingClock())(params)
      expect(await rejectionOf(call)).toMatchObject({ kind: 'http', status_code: status, attempts })
      expect(server.requests).toHaveLength(attempts)
    },
  )

  test('of all other statuses, only those that may be transient are retried', async () => {
    const statuses = Array.from({ length: 300 }, (_, index) => 300 + index)
    for (const status of statuses) {
      const fetch = async () => new Response(null, { status })
      const call = methodWithClock(operation, 'http://127.0.0.1:1', new SkippingClock(), { fetch })
      const attempts = retriedStatuses.includes(status) ? 3 : 1
      const error = await rejectionOf(call(params))
      expect(error).toMatchObject({ kind: 'http', status_code: status, attempts })
    }
  })

  test('the 502 page of a proxy is retried', async () => {
    const server = await listen((_, response) => {
      if (server.requests.length > 1) return respondWith(response, operation, 'success')
      response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>')
    })
    await methodWithClock(operation, server.url, new SkippingClock())(params)
    expect(server.requests).toHaveLength(2)
  })

  test('a connection that closes before or during the response is retried, the first time immediately', async () => {
    const server = await listen((_, response) => {
      if (server.requests.length === 1) response.destroy()
      else if (server.requests.length === 2) {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' })
        response.write('{"status_code":')
        setImmediate(() => response.destroy())
      } else respondWith(response, operation, 'success')
    })
    const clock = new SkippingClock()
    await methodWithClock(operation, server.url, clock)(params)
    expect(server.requests).toHaveLength(3)
    expect(clock.delays).toEqual([0, 500])
  })

  test.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])(
    'after %s a new connection is tried immediately, once per call',
    async (code) => {
      const fetch = () => Promise.reject(Object.assign(new Error('closed'), { code }))
      const clock = new SkippingClock()
      const config = { fetch, maxRetries: 3 }
      const call = methodWithClock(operation, 'http://127.0.0.1:1', clock, config)
      for (let count = 1; count <= 2; count++) {
        expect(await rejectionOf(call(params))).toMatchObject({
          kind: 'network',
          code,
          attempts: 4,
        })
        expect(clock.delays.splice(0)).toEqual([0, 500, 1_000])
      }
    },
  )

  test('a connection that closes after another failure is replaced immediately, too', async () => {
    const closed = Object.assign(new Error('closed'), { code: 'ECONNRESET' })
    const outcomes = [respond('server failure'), closed, respond('success')]
    const fetch = async () => {
      const outcome = outcomes.shift()
      if (outcome instanceof Response) return outcome
      throw outcome
    }
    const clock = new SkippingClock()
    await methodWithClock(operation, 'http://127.0.0.1:1', clock, { fetch })(params)
    expect(clock.delays).toEqual([250, 0])
  })

  test('delays grow with jitter, also on top of a Retry-After in seconds or as a date', async () => {
    const retryAfterHeaders = [
      {},
      {},
      { 'retry-after': '7' },
      { 'retry-after': '0.5' },
      { 'retry-after': 'Sun, 22 Nov 2026 12:01:00 GMT' },
      { 'retry-after': 'soon 2099' },
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
    await methodWithClock(operation, server.url, clock, { maxRetries: 6 })(params)
    const jitter = [250, 500, 1_000, 2_000, 4_000, 4_000]
    const skippedMs = 250 + 500 + 7_000 + 1_000 + 500 + 2_000
    const retryAfterMs = [0, 0, 7_000, 500, 60_000 - skippedMs, 0]
    expect(clock.delays).toEqual(jitter.map((ms, index) => ms + (retryAfterMs[index] ?? 0)))
  })

  test('calls that received the same Retry-After together are retried spread over the backoff', async () => {
    const sent = new Set<string>()
    const fetch = async (_: string, { headers }: FetchInit) => {
      const id = headers['x-request-id'] ?? ''
      if (sent.has(id)) return respond('success')
      sent.add(id)
      return respond('rate limit', { 'retry-after': '1' })
    }
    const clock = Object.assign(new SkippingClock(), { random: () => systemClock.random() })
    const call = methodWithClock(operation, 'http://127.0.0.1:1', clock, { fetch })
    const ids = Array.from({ length: 60 }, (_, index) => `${index}`)
    await Promise.all(ids.map((id) => call(params, { headers: { 'X-Request-Id': id } })))
    expect(clock.delays).toHaveLength(ids.length)
    // With random delays, one of the quarters stays empty in one of ten million runs.
    const quarters = clock.delays.map((ms) => Math.floor((ms - 1_000) / (BACKOFF_MS / 4)))
    expect(new Set(quarters)).toEqual(new Set([0, 1, 2, 3]))
  })

  test('a Retry-After of an hour is honored if the deadline allows it', async () => {
    const server = await listen((_, response) =>
      server.requests.length > 1
        ? respondWith(response, operation, 'success')
        : respondWith(response, operation, 'rate limit', { 'retry-after': '3600' }),
    )
    const clock = new SkippingClock(4_000_000)
    const limits = { timeoutMs: 4_000_000, deadlineMs: 8_000_000 }
    await methodWithClock(operation, server.url, clock, limits)(params)
    expect(clock.delays).toEqual([3_600_000 + 250])
  })

  test.each<[string, number]>([
    ['25', 25_000],
    ['19.9', 19_900], // with the jitter, it reaches the deadline
    ['3600', 3_600_000],
    ['Sun, 22 Nov 2026 13:00:00 GMT', 3_600_000],
  ])(
    'gives up immediately if Retry-After: %s reaches the deadline, and the error has it in milliseconds',
    async (retryAfter, retryAfterMs) => {
      const server = await listen((_, response) =>
        respondWith(response, operation, 'rate limit', { 'retry-after': retryAfter }),
      )
      const clock = new SkippingClock(10_000)
      const { status } = exampleOf(operation, 'rate limit')
      const limits = { timeoutMs: 10_000, deadlineMs: 20_000 }
      const error = await rejectionOf(methodWithClock(operation, server.url, clock, limits)(params))
      expect(error).toMatchObject({ kind: 'http', status_code: status, attempts: 1, retryAfterMs })
      expect(server.requests).toHaveLength(1)
      expect(clock.delays).toEqual([])
    },
  )

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

  test('a custom fetch gets a new init for each attempt, with the number of the attempt', async () => {
    const server = await listen((_, response) =>
      respondWith(response, operation, server.requests.length < 2 ? 'server failure' : 'success'),
    )
    const seen: FetchInit[] = []
    const { call } = connectTo(operation, server.url, {
      fetch: (url, init) => {
        seen.push(init)
        return fetch(url, init)
      },
    })
    await call(params)
    const [first, second] = seen
    expect(second).not.toBe(first)
    expect(second?.signal).not.toBe(first?.signal)
    const received = server.requests.map(({ headers }) => headers['x-connected-apps-attempt'])
    expect(received).toEqual(['1', '2'])
    const body = operation.requestBody && '{}'
    expect(seen.map((init) => init.body)).toEqual([body, body])
  })
})
