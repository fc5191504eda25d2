import type { ClientOperation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { rejectionOf } from './client.ts'
import { methodWithClock, SkippingClock } from './fake-clocks.ts'
import { listen, respondWith } from './loopback.ts'
import { paramsOf } from './operations.ts'

// What the contract may gain is written into the value of an operation here.
describe.each(allOperations)('$operationId', (operation) => {
  const grown: ClientOperation = {
    ...operation,
    method: 'PUT',
    queryParameters: ['limit', 'tag', 'after'],
    requestBody: { mediaType: 'application/merge-patch+json', properties: ['reason', 'details'] },
  }
  const params = { ...paramsOf(operation) }

  /** Calls an operation that is not in the types, and returns its request. */
  async function send(
    changed: ClientOperation,
    additions: object,
    options: object = {},
    config: object = {},
  ) {
    let body = ''
    const server = await listen((request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => respondWith(response, operation, 'success'))
    })
    const call = methodWithClock(changed, server.url, new SkippingClock(), config)
    await call({ ...params, ...additions }, options)
    const [request] = server.requests
    return { url: new URL(request?.url ?? '', server.url), headers: request?.headers, body }
  }

  /** How a call is rejected that must not be sent. */
  function rejection(changed: ClientOperation, additions: object, options: object = {}) {
    const call = methodWithClock(changed, 'http://127.0.0.1:1', new SkippingClock())
    return rejectionOf(call({ ...params, ...additions }, options))
  }

  test('a property of the request body is sent as it is', async () => {
    const { body, headers } = await send(grown, { reason: 'left', details: { ticket: 7 } })
    expect(JSON.parse(body)).toEqual({ reason: 'left', details: { ticket: 7 } })
    expect(headers?.['content-type']).toBe('application/merge-patch+json')
    expect((await send(grown, {})).body).toBe('{}')
  })

  test('an operation without a request body sends none', async () => {
    const { requestBody: _, ...bodyless } = grown
    const { body, headers } = await send(bodyless, { reason: 'left' })
    expect(body).toBe('')
    expect(headers).not.toHaveProperty('content-type')
  })

  test('a query parameter is sent percent-encoded', async () => {
    const { url } = await send(grown, { limit: 5, tag: 'a&ö' })
    expect(url.search).toBe('?limit=5&tag=a%26%C3%B6')
    expect((await send(grown, {})).url.href).not.toContain('?')
  })

  test.each<[string, object]>([
    ['limit', { limit: { toString: 1 } }],
    ['limit', { limit: Symbol('limit') }],
    ['tag', { tag: ['a'] }],
    ['after', { after: '\ud800' }],
  ])('a query parameter that is not a scalar is rejected: %s', async (argument, additions) => {
    expect(await rejection(grown, additions)).toMatchObject({ kind: 'argument', argument })
  })

  test('a body that is not JSON is rejected', async () => {
    const circular: unknown[] = []
    circular.push(circular)
    for (const reason of [circular, 1n]) {
      expect(await rejection(grown, { reason })).toMatchObject({
        kind: 'argument',
        argument: 'params',
      })
    }
  })

  test('authorization is rejected where no session header is declared for it', async () => {
    const error = { kind: 'argument', argument: 'authorization' }
    const token = { authorization: { session_token: 'token' } }
    const jwt = { authorization: { session_jwt: 'jwt' } }
    const without = { ...operation, sessionHeaders: {} }
    expect(await rejection(without, {}, token)).toMatchObject(error)
    expect(await rejection(without, {}, jwt)).toMatchObject(error)
    const tokenOnly = { ...operation, sessionHeaders: { token: 'X-Session' } }
    expect(await rejection(tokenOnly, {}, jwt)).toMatchObject(error)
    const { headers } = await send(tokenOnly, {}, token)
    expect(headers).toMatchObject({ 'x-session': 'token' })
  })

  test.each<[ClientOperation['safety'], number]>([
    ['safe', 3],
    ['idempotent', 3],
    ['unsafe', 1],
  ])('an operation that is %s is sent %i times while it fails', async (safety, attempts) => {
    const server = await listen((_, response) => respondWith(response, operation, 'server failure'))
    const call = methodWithClock({ ...operation, safety }, server.url, new SkippingClock())
    expect(await rejectionOf(call(params))).toMatchObject({ kind: 'http', attempts })
    expect(server.requests).toHaveLength(attempts)
  })

  test('an unsafe operation is sent once, whatever maxRetries says', async () => {
    const fetch = () => Promise.reject(new Error('down'))
    const unsafe: ClientOperation = { ...operation, safety: 'unsafe' }
    const config = { fetch, maxRetries: 5 }
    const call = methodWithClock(unsafe, 'http://127.0.0.1:1', new SkippingClock(), config)
    expect(await rejectionOf(call(params))).toMatchObject({ kind: 'network', attempts: 1 })
    expect(await rejectionOf(call(params, { maxRetries: 5 }))).toMatchObject({ attempts: 1 })
  })
})
