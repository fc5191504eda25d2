import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { connectTo } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { paramsOf, sessionsOf } from './operations.ts'

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const [session] = sessionsOf(operation)

  test.each([301, 302, 303, 307, 308])(
    'a %i to another origin is not followed, and sends no header there',
    async (status) => {
      const otherServer = await listen((_, response) => respondWith(response, operation, 'success'))
      const server = await listen((_, response) => {
        response.writeHead(status, { location: `${otherServer.url}/`, 'retry-after': '1' }).end()
      })
      const result = await connectTo(operation, server.url).tryCall(params, {
        authorization: session?.authorization,
      })
      expect(result).toMatchObject({
        ok: false,
        error: { kind: 'decode', reason: 'redirect', status_code: status, attempts: 1 },
      })
      expect(otherServer.requests).toHaveLength(0)
      expect(server.requests).toHaveLength(1)
    },
  )

  test('a redirect within the same origin is not followed either', async () => {
    const server = await listen((_, response) => response.writeHead(307, { location: '/' }).end())
    const result = await connectTo(operation, server.url).tryCall(params)
    expect(result).toMatchObject({ error: { kind: 'decode', reason: 'redirect' } })
    expect(server.requests).toHaveLength(1)
  })

  test('a response that a custom fetch was redirected to is a decode error', async () => {
    const otherServer = await listen((_, response) => respondWith(response, operation, 'success'))
    const server = await listen((_, response) =>
      response.writeHead(307, { location: otherServer.url }).end(),
    )
    const follow = (request: Request) => fetch(request.url)
    const result = await connectTo(operation, server.url, { fetch: follow }).tryCall(params)
    expect(result).toMatchObject({ error: { kind: 'decode', reason: 'redirect' } })
  })

  test('a redirect whose status the browser hides is recognized', async () => {
    const opaque = Object.defineProperties(new Response(null, { status: 200 }), {
      status: { value: 0 },
      type: { value: 'opaqueredirect' },
    })
    const result = await connectTo(operation, 'http://127.0.0.1:1', {
      fetch: async () => opaque,
    }).tryCall(params)
    expect(result).toMatchObject({ error: { kind: 'decode', reason: 'redirect', status_code: 0 } })
  })
})
