import { headerParameterExamples } from '@connected-apps/contract/examples'
import { expect, test } from 'vitest'
import { connectTo, ids } from './client.ts'
import { listen, respondWith } from './loopback.ts'

const session_token = headerParameterExamples['X-Stytch-Member-Session']

test.each([301, 302, 303, 307, 308])(
  'a %i to another origin is not followed, and sends no header there',
  async (status) => {
    const otherServer = await listen((_, response) => respondWith(response, 200))
    const server = await listen((_, response) => {
      response.writeHead(status, { location: `${otherServer.url}/`, 'retry-after': '1' }).end()
    })
    const result = await connectTo(server.url).tryRevoke(ids, { authorization: { session_token } })
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
  const result = await connectTo(server.url).tryRevoke(ids)
  expect(result).toMatchObject({ error: { kind: 'decode', reason: 'redirect' } })
  expect(server.requests).toHaveLength(1)
})

test('a response that a custom fetch was redirected to is a decode error', async () => {
  const otherServer = await listen((_, response) => respondWith(response, 200))
  const server = await listen((_, response) =>
    response.writeHead(307, { location: otherServer.url }).end(),
  )
  const follow = (request: Request) => fetch(request.url, { method: 'POST' })
  const result = await connectTo(server.url, { fetch: follow }).tryRevoke(ids)
  expect(result).toMatchObject({ error: { kind: 'decode', reason: 'redirect' } })
})

test('a redirect whose status the browser hides is recognized', async () => {
  const opaque = Object.defineProperties(new Response(null, { status: 200 }), {
    status: { value: 0 },
    type: { value: 'opaqueredirect' },
  })
  const result = await connectTo('http://127.0.0.1:1', { fetch: async () => opaque }).tryRevoke(ids)
  expect(result).toMatchObject({ error: { kind: 'decode', reason: 'redirect', status_code: 0 } })
})
