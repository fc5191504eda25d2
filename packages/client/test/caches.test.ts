import type { Fetch, FetchInit } from '@connected-apps/client'
import { allOperations } from '@connected-apps/contract/operations'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { connectTo } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { exampleOf, paramsOf } from './operations.ts'
import { resultOf, undeclared } from './results.ts'

afterEach(() => vi.unstubAllGlobals())

describe.each(allOperations)('$operationId', (operation) => {
  const { successStatus: success } = operation
  const { status: failure } = exampleOf(operation, 'server failure')
  const { body } = exampleOf(operation, 'success')
  const params = paramsOf(operation)

  describe.each(['the global fetch', 'a custom fetch'])('%s', (kind) => {
    /** Calls the operation a number of times, and returns what fetch was called with. */
    async function send(calls = 1, afterEachCall = () => {}): Promise<FetchInit[]> {
      const inits: FetchInit[] = []
      const fetch: Fetch = async (_, init) => {
        inits.push(init)
        const headers = { 'content-type': operation.mediaType }
        return new Response(JSON.stringify(body), { status: success, headers })
      }
      if (kind === 'the global fetch') vi.stubGlobal('fetch', fetch)
      const config = kind === 'a custom fetch' ? { fetch } : {}
      const { call } = connectTo(operation, 'http://127.0.0.1:1', config)
      for (let count = 0; count < calls; count++) {
        await call(params)
        afterEachCall()
      }
      return inits
    }

    test('is passed no-store, so that no cache of a framework responds', async () => {
      const [init] = await send()
      expect(init?.cache).toBe('no-store')
    })

    test('is passed no cache option by a platform that would throw on it', async () => {
      for (const request of [undefined, function () {}, class extends Object {}]) {
        vi.stubGlobal('Request', request)
        const [init] = await send()
        expect(init).not.toHaveProperty('cache')
      }
    })

    test('is passed the options that the platform supports at each call, not when the client was created', async () => {
      const classes = [class extends Object {}, Request]
      const inits = await send(3, () => vi.stubGlobal('Request', classes.shift()))
      expect(inits.map(({ cache }) => cache)).toEqual(['no-store', undefined, 'no-store'])
    })
  })

  test.each(['1', '31536000', '0001', '12, 0', '0, 12', '12,12', '"5"', '5s', 'old', '-1'])(
    'a success whose Age is %s comes from a cache: it is not an ok, and not retried',
    async (age) => {
      const server = await listen((_, response) =>
        respondWith(response, operation, 'success', { age }),
      )
      const result = await connectTo(operation, server.url).tryCall(params)
      expect(result).toMatchObject({
        ok: false,
        error: {
          kind: 'decode',
          reason: 'cached',
          status_code: success,
          request_id: Object(body).request_id,
          headers: { age },
          attempts: 1,
        },
      })
      expect(Object(result).error.message).toContain('cache')
      expect(server.requests).toHaveLength(1)
    },
  )

  test.each(['0', '000', '', '0, 0'])('a success whose Age is %j is fresh', async (age) => {
    const result = await resultOf(operation, { status: success, headers: { age }, body })
    expect(result).toMatchObject({ ok: true })
  })

  test('an undeclared success with an Age comes from a cache, too', async () => {
    const sent = { status: undeclared(operation, 203), headers: { age: '7' }, body }
    expect(await resultOf(operation, sent)).toMatchObject({
      error: { kind: 'decode', reason: 'cached' },
    })
  })

  test('an error with an Age stays an http error, and is retried like any other', async () => {
    for (const status of [failure, undeclared(operation, 502), undeclared(operation, 410)]) {
      const headers = { age: '60' }
      expect(await resultOf(operation, { status, headers, type: 'text/html' })).toMatchObject({
        error: { kind: 'http', status_code: status, headers },
      })
    }
    const server = await listen((_, response) =>
      server.requests.length > 1
        ? respondWith(response, operation, 'success')
        : respondWith(response, operation, 'server failure', { age: '60' }),
    )
    expect(await connectTo(operation, server.url).tryCall(params)).toMatchObject({ ok: true })
  })

  test('two responses with the same request_id are both accepted', async () => {
    // The mock repeats the example of the contract by design.
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const { tryCall } = connectTo(operation, server.url)
    expect(await tryCall(params)).toEqual(await tryCall(params))
    expect(server.requests).toHaveLength(2)
  })
})
