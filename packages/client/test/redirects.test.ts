import { headerParameterExamples } from '@connected-apps/contract/examples'
import { expect, test } from 'vitest'
import { connectTo, ids } from './calls.ts'
import { answerWith, listen } from './loopback.ts'

const session_token = headerParameterExamples['X-Stytch-Member-Session']

test.each([301, 302, 303, 307, 308])(
  'a %i to another origin is not followed, and no header goes there',
  async (status) => {
    const elsewhere = await listen((_, response) => answerWith(response, 200))
    const server = await listen((_, response) => {
      response.writeHead(status, { location: `${elsewhere.url}/`, 'retry-after': '1' }).end()
    })
    const result = await connectTo(server.url).tryRevoke(ids, { authorization: { session_token } })
    expect(result).toMatchObject({
      ok: false,
      error: { kind: 'decode', reason: 'redirect', status_code: status, attempts: 1 },
    })
    expect(elsewhere.requests).toHaveLength(0)
    expect(server.requests).toHaveLength(1)
  },
)

test('a redirect within the same origin is not followed either', async () => {
  const server = await listen((_, response) => response.writeHead(307, { location: '/' }).end())
  const result = await connectTo(server.url).tryRevoke(ids)
  expect(result).toMatchObject({ error: { kind: 'decode', reason: 'redirect' } })
  expect(server.requests).toHaveLength(1)
})

test('what a custom fetch brings back from another place is not believed', async () => {
  const elsewhere = await listen((_, response) => answerWith(response, 200))
  const server = await listen((_, response) =>
    response.writeHead(307, { location: elsewhere.url }).end(),
  )
  const follow = (request: Request) => fetch(request.url, { method: 'POST' })
  const result = await connectTo(server.url, { fetch: follow }).tryRevoke(ids)
  expect(result).toMatchObject({ error: { kind: 'decode', reason: 'redirect' } })
})

test('a redirect whose status the browser hides is one too', async () => {
  const opaque = Object.defineProperties(new Response(null, { status: 200 }), {
    status: { value: 0 },
    type: { value: 'opaqueredirect' },
  })
  const result = await connectTo('http://127.0.0.1:1', { fetch: async () => opaque }).tryRevoke(ids)
  expect(result).toMatchObject({ error: { kind: 'decode', reason: 'redirect', status_code: 0 } })
})
