import { describe, expect, test } from 'vitest'
import type { ResponseEvent } from '@connected-apps/client'
import { connectTo } from './client.ts'
import { methodWithClock, SkippingClock } from './fake-clocks.ts'
import { listen, respondWith } from './loopback.ts'
import { bodyOf, paramsOf, retriedOperations } from './operations.ts'

// A server may have processed an attempt although its response was lost. What the next
// attempt gets is what counts, and the number of attempts says that there was one before.
describe.each(retriedOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const body = bodyOf(operation, 'success')
  const notFound = Object.entries(operation.examples).filter(([, { status }]) => status === 404)

  test('an ok after an attempt that timed out is an ok with two attempts, as a repetition is safe', async () => {
    const events: ResponseEvent[] = []
    const server = await listen((_, response) => {
      if (server.requests.length > 1) respondWith(response, operation, 'success')
    })
    const { tryCall } = connectTo(operation, server.url, {
      timeoutMs: 500,
      hooks: { onResponse: (event) => events.push(event) },
    })
    const result = await tryCall(params, { maxRetries: 9 })
    // A busy machine may need more attempts, but never fewer than two.
    expect(result).toEqual({ ok: true, body, attempts: server.requests.length })
    expect(server.requests.length).toBeGreaterThan(1)
    expect(events[0]).toMatchObject({ attempt: 1, error: { kind: 'timeout', attempts: 1 } })
    expect(events.at(-1)).toMatchObject({ attempt: events.length, error: undefined })
  })

  test('an ok after a connection that was lost is an ok with two attempts', async () => {
    const server = await listen((_, response) => {
      if (server.requests.length === 1) response.destroy()
      else respondWith(response, operation, 'success')
    })
    expect(await connectTo(operation, server.url).tryCall(params)).toEqual({
      ok: true,
      body,
      attempts: 2,
    })
  })

  test('an ok after a response that broke off is an ok with two attempts', async () => {
    const server = await listen((_, response) => {
      if (server.requests.length > 1) return respondWith(response, operation, 'success')
      response.writeHead(operation.successStatus, {
        'content-type': operation.mediaType,
        'content-length': '999',
      })
      response.write(JSON.stringify(body).slice(0, 20))
      setImmediate(() => response.destroy())
    })
    expect(await connectTo(operation, server.url).tryCall(params)).toEqual({
      ok: true,
      body,
      attempts: 2,
    })
  })

  // By the contract, to revoke what is revoked is a 200. So a 404 never says "revoked already": it
  // says that something that the request names does not exist (any more).
  test.each(notFound)(
    '%s after an attempt without a response is an error with two attempts, not an ok',
    async (_, { status, body: error }) => {
      const server = await listen((__, response) => {
        if (server.requests.length === 1) response.destroy()
        else {
          response
            .writeHead(status, { 'content-type': operation.mediaType })
            .end(JSON.stringify(error))
        }
      })
      expect(await connectTo(operation, server.url).tryCall(params)).toMatchObject({
        ok: false,
        error: { ...Object(error), kind: 'http', conforms: true, body: error, attempts: 2 },
      })
      expect(server.requests).toHaveLength(2)
    },
  )

  test('the hooks see the number of each attempt of a success', async () => {
    const events: ResponseEvent[] = []
    const server = await listen((_, response) =>
      respondWith(response, operation, server.requests.length < 3 ? 'server failure' : 'success'),
    )
    const call = methodWithClock(operation, server.url, new SkippingClock(), {
      hooks: { onResponse: (event) => events.push(event) },
    })
    await call(params)
    expect(events.map(({ attempt, error }) => [attempt, error?.attempts])).toEqual([
      [1, 1],
      [2, 2],
      [3, undefined],
    ])
  })
})
