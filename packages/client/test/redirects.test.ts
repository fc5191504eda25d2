import type { Fetch } from '@connected-apps/client'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { connectTo } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { paramsOf, sessionsOf } from './operations.ts'

const follow: Fetch = (url, init) => fetch(url, { ...init, redirect: 'follow' })

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const [session] = sessionsOf(operation)

  test.each([300, 301, 302, 303, 304, 307, 308])(
    'a %i to another origin is not followed, not retried, and sends no header there',
    async (status) => {
      const otherServer = await listen((_, response) => respondWith(response, operation, 'success'))
      const server = await listen((_, response) => {
        response.writeHead(status, { location: `${otherServer.url}/`, 'retry-after': '1' }).end()
      })
      const result = await connectTo(operation, server.url).tryCall(params, {
        ...(session && { authorization: session.authorization }),
      })
      expect(result).toMatchObject({
        ok: false,
        error: {
          kind: 'http',
          conforms: false,
          status_code: status,
          violations: [{ part: 'status' }],
          retryAfterMs: 1_000,
          attempts: 1,
        },
      })
      expect(otherServer.requests).toHaveLength(0)
      expect(server.requests).toHaveLength(1)
    },
  )

  test('a redirect within the same origin is not followed either', async () => {
    const server = await listen((_, response) => response.writeHead(307, { location: '/' }).end())
    const result = await connectTo(operation, server.url).tryCall(params)
    expect(result).toMatchObject({ error: { kind: 'http', status_code: 307, conforms: false } })
    expect(server.requests).toHaveLength(1)
  })

  test('a redirect whose status the browser hides is an http error of status 0', async () => {
    const opaque = Object.defineProperties(new Response(null, { status: 200 }), {
      status: { value: 0 },
      type: { value: 'opaqueredirect' },
    })
    const { tryCall } = connectTo(operation, 'http://127.0.0.1:1', { fetch: async () => opaque })
    expect(await tryCall(params)).toMatchObject({
      error: { kind: 'http', status_code: 0, conforms: false, attempts: 1 },
    })
  })

  describe('a custom fetch that follows redirects', () => {
    test('ends in a decode error if it is redirected to a success', async () => {
      const otherServer = await listen((_, response) => respondWith(response, operation, 'success'))
      const server = await listen((_, response) =>
        response.writeHead(307, { location: otherServer.url }).end(),
      )
      const result = await connectTo(operation, server.url, { fetch: follow }).tryCall(params)
      expect(result).toMatchObject({
        error: { kind: 'decode', reason: 'redirect', status_code: operation.successStatus },
      })
    })

    test('ends in an http error that does not conform if it is redirected to an error', async () => {
      const otherServer = await listen((_, response) =>
        respondWith(response, operation, 'unauthorized'),
      )
      const server = await listen((_, response) =>
        response.writeHead(307, { location: otherServer.url }).end(),
      )
      const result = await connectTo(operation, server.url, { fetch: follow }).tryCall(params)
      expect(result).toMatchObject({ error: { kind: 'http', conforms: false } })
    })
  })
})
