import type { B2BClientConfig } from '@connected-apps/client'
import { allOperations } from '@connected-apps/contract/operations'
import { afterEach, describe, expect, test, vi } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import type { CallOptions } from '../src/options.ts'
import { connectTo, credentials, thrownBy } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { methodNameOf, paramsOf, sessionsOf } from './operations.ts'

const product = `connected-apps-client/${manifest.version}`
const basic = `Basic ${btoa(`${credentials.project_id}:${credentials.secret}`)}`

/** The name of a header in each case that programs use. */
function inEachCase(name: string): string[] {
  return [name, name.toLowerCase(), name.toUpperCase()]
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const method = methodNameOf(operation)

  /** The headers that the server receives. */
  async function send(config: Partial<B2BClientConfig>, options?: CallOptions) {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    await connectTo(operation, server.url, config).call(params, options)
    const [request] = server.requests
    return request?.headers ?? {}
  }

  test.each(['Node.js/24', 'Deno/2.9.6', 'Bun/1.4.5', 'Cloudflare-Workers'])(
    'the User-Agent names the client, its version and the runtime: %s',
    async (userAgent) => {
      vi.stubGlobal('navigator', { userAgent })
      expect(await send({})).toMatchObject({ 'user-agent': `${product} ${userAgent}` })
    },
  )

  test('the User-Agent names Node.js even in versions without a navigator', async () => {
    vi.stubGlobal('navigator', undefined)
    const [major] = process.versions.node.split('.')
    expect(await send({})).toMatchObject({ 'user-agent': `${product} Node.js/${major}` })
  })

  test('a runtime without a name is not in the User-Agent', async () => {
    vi.stubGlobal('navigator', {})
    const realProcess = process
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    vi.stubGlobal('process', undefined)
    const { call } = connectTo(operation, server.url)
    vi.stubGlobal('process', realProcess)
    await call(params)
    expect(server.requests[0]?.headers).toMatchObject({ 'user-agent': product })
  })

  test('a browser sends its own User-Agent, and no number of the attempt', async () => {
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
    vi.stubGlobal('navigator', { userAgent })
    const headers = await send({ dangerouslyAllowBrowser: true })
    expect(headers['user-agent']).not.toContain(product)
    expect(headers).not.toHaveProperty('x-connected-apps-attempt')
  })

  test('each attempt has its number in a header', async () => {
    const server = await listen((_, response) =>
      server.requests.length > 2
        ? respondWith(response, operation, 'success')
        : respondWith(response, operation, 'rate limit', { 'retry-after': '0' }),
    )
    const call = connectTo(operation, server.url).call(params)
    const attempts = operation.safety === 'unsafe' ? ['1'] : ['1', '2', '3']
    await Promise.allSettled([call])
    const received = server.requests.map(({ headers }) => headers['x-connected-apps-attempt'])
    expect(received).toEqual(attempts)
  })

  test('headers of the client and of the call are sent, and those of the call take precedence', async () => {
    const headers = { 'X-Correlation-Id': 'client', 'X-Team': 'apps', 'X-Retry': 7, 'X-Dry': false }
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const { call } = connectTo(operation, server.url, { headers })
    await call(params, { headers: { 'x-correlation-ID': 'call; with words' } })
    await call(params)
    const common = { 'x-team': 'apps', 'x-retry': '7', 'x-dry': 'false', authorization: basic }
    const received = server.requests.map((request) => request.headers)
    expect(received).toMatchObject([
      { ...common, 'x-correlation-id': 'call; with words' },
      { ...common, 'x-correlation-id': 'client' },
    ])
  })

  test('a header that is undefined is not sent', async () => {
    const headers = { 'X-Correlation-Id': undefined }
    expect(await send({ headers })).not.toHaveProperty('x-correlation-id')
    expect(await send({}, { headers })).not.toHaveProperty('x-correlation-id')
  })

  test('the User-Agent can be replaced', async () => {
    for (const name of inEachCase('User-Agent')) {
      const headers = { [name]: 'my-service/1' }
      expect(await send({ headers })).toMatchObject({ 'user-agent': 'my-service/1' })
      expect(await send({}, { headers })).toMatchObject({ 'user-agent': 'my-service/1' })
    }
  })

  test('changing the headers object after the client was created has no effect', async () => {
    const headers: Record<string, string> = { 'X-Correlation-Id': 'first' }
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const { call } = connectTo(operation, server.url, { headers })
    headers['X-Correlation-Id'] = 'second'
    headers['Authorization'] = 'Basic other'
    await call(params)
    expect(server.requests[0]?.headers).toMatchObject({
      'x-correlation-id': 'first',
      authorization: basic,
    })
  })

  test.each(['Authorization', 'Content-Type', 'X-Connected-Apps-Attempt'].flatMap(inEachCase))(
    'a header that the client sets cannot be replaced: %s',
    async (name) => {
      const headers = { [name]: 'value-of-somebody-else' }
      const create = () => connectTo(operation, 'http://127.0.0.1:1', { headers })
      const advice = 'the client sets it'
      const message = `${name} cannot be set in headers (B2BClient); ${advice}`
      expect(thrownBy(create)).toMatchObject({ kind: 'argument', argument: name, message })

      const { tryCall } = connectTo(operation, 'http://127.0.0.1:1')
      const problem = `${name} cannot be set in headers (${method}); ${advice}`
      expect(await tryCall(params, { headers })).toMatchObject({
        error: { kind: 'argument', argument: name, message: problem, attempts: 0 },
      })
    },
  )

  test.each(Object.values(operation.sessionHeaders).flatMap(inEachCase))(
    'a session is not accepted as an extra header: %s',
    async (name) => {
      const headers = { [name]: 'session-of-somebody-else' }
      const message = `cannot be set in headers (${method}); use the option authorization`
      const server = await listen((_, response) => respondWith(response, operation, 'success'))
      const [session] = sessionsOf(operation)
      for (const [config, options] of [
        [{}, { headers }],
        [{ headers }, {}],
        [{ headers }, session && { authorization: session.authorization }],
      ] as const) {
        const { tryCall } = connectTo(operation, server.url, config)
        const result = await tryCall(params, options)
        expect(result).toMatchObject({
          error: { kind: 'argument', message: expect.stringContaining(message), attempts: 0 },
        })
        expect(JSON.stringify(result)).not.toContain('session-of-somebody-else')
      }
      expect(server.requests).toHaveLength(0)
    },
  )

  test.each<[string, object]>([
    ['X-Id', { 'X-Id': 'a\r\nX-Evil: 1' }],
    ['X-Id', { 'X-Id': '' }],
    ['X-Id', { 'X-Id': ' padded ' }],
    ['X-Id', { 'X-Id': 'ö' }],
    ['X-Id', { 'X-Id': null }],
    ['X-Id', { 'X-Id': {} }],
    ['X-Id', { 'X-Id': ['a'] }],
    ['X-Id', { 'X-Id': Symbol('id') }],
    ['"X Id"', { 'X Id': 'a' }],
    ['"X-Id:"', { 'X-Id:': 'a' }],
    ['"X-\\r\\nEvil"', { 'X-\r\nEvil': 'a' }],
    ['""', { '': 'a' }],
    ['"ö"', { ö: 'a' }],
    ['headers', new Headers({ 'X-Id': 'a' })],
    ['headers', [['X-Id', 'a']]],
  ])('headers that cannot be sent are rejected: %s', async (argument, invalid) => {
    const headers = invalid as NonNullable<CallOptions['headers']> // as an untyped caller could pass
    const create = () => connectTo(operation, 'http://127.0.0.1:1', { headers })
    expect(thrownBy(create)).toMatchObject({ kind: 'argument', argument })
    const { tryCall } = connectTo(operation, 'http://127.0.0.1:1')
    expect(await tryCall(params, { headers })).toMatchObject({
      error: { kind: 'argument', argument, attempts: 0 },
    })
  })
})
