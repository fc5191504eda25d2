import { allOperations } from '@connected-apps/contract/operations'
import { exampleResponse, examplesOf } from '@connected-apps/scenarios'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { startMock, startProxy } from '../src/index.ts'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { authorization, call } from './call.ts'
import { anyOperation, bodyOperations, errorOf, rawRequest, statusOf } from './operations.ts'
import { sendRaw } from './send-raw.ts'
import { bodyOf, headersOf, startProxied, successBody } from './start-proxied.ts'

const { provider, proxy } = await startProxied()
const { successStatus } = anyOperation
const success: object = JSON.parse(successBody)
const limit = statusOf(anyOperation, errorOf(anyOperation, 'limit'))

describe.each(allOperations)('$operationId passes through unchanged', (operation) => {
  it.each(examplesOf(operation))('%s', async (example) => {
    const { status, headers, body } = exampleResponse(operation, example)
    const bytes = ` ${JSON.stringify(body, null, 3)}\n`
    provider.respond = (response) => response.writeHead(status, headers).end(bytes)
    const { target, ...request } = exampleRequest(operation)
    const response = await fetch(proxy.url + target, {
      ...request,
      headers: { ...request.headers, authorization },
    })
    expect(response.status).toBe(status)
    expect(await response.text()).toBe(bytes)
    for (const [name, value] of Object.entries(headers)) {
      expect(response.headers.get(name)).toBe(value)
    }
    expect(proxy.violations()).toEqual([])
    expect(proxy.totals()).toEqual({ exchanges: 1, violations: 0, failures: 0 })
  })

  it('the request: its method, path, query, session and end-to-end headers', async () => {
    const { target } = exampleRequest(operation)
    const headers = operation.headerParameters.filter(
      (name) => name !== operation.sessionHeaders.jwt, // excluded by the other session header
    )
    const values = Object.fromEntries(
      headers.map((name) => [name, String(operation.parameters[name]?.example)]),
    )
    const received = Object.entries(values).map(([name, value]) => [name.toLowerCase(), value])
    await call(proxy.url, operation, {
      values,
      query: '?x=1&x=%20',
      headers: { 'x-own': 'kept' },
    })
    expect(provider.requests).toMatchObject([
      {
        method: operation.method,
        url: `${target}${target.includes('?') ? '&' : '?'}x=1&x=%20`,
        headers: {
          ...Object.fromEntries(received),
          authorization,
          host: new URL(provider.url).host,
          'x-own': 'kept',
          'accept-encoding': 'identity',
        },
      },
    ])
  })
})

describe('passes through unchanged', () => {
  it.each([
    [
      'a property that the contract does not define',
      successStatus,
      headersOf(successStatus),
      { ...success, more: true },
    ],
    ['a charset', successStatus, { 'content-type': 'Application/JSON; charset=utf-8' }, success],
    [
      'an unknown error_type',
      limit,
      headersOf(limit),
      { ...bodyOf(limit), error_type: 'new_kind' },
    ],
    ['error_details', limit, headersOf(limit), { ...bodyOf(limit), error_details: [1] }],
    ['no optional header', limit, headersOf(limit), bodyOf(limit)],
    [
      'a header that the contract does not define',
      limit,
      { ...headersOf(limit), 'x-more': '1' },
      bodyOf(limit),
    ],
  ])('%s', async (_what, status, headers, body) => {
    provider.respond = (response) => response.writeHead(status, headers).end(JSON.stringify(body))
    expect(await call(proxy.url, anyOperation)).toMatchObject({ status, body })
    expect(proxy.totals()).toEqual({ exchanges: 1, violations: 0, failures: 0 })
  })

  it.each([
    ['gzip', gzipSync(successBody)],
    ['deflate', deflateSync(successBody)],
    ['br', brotliCompressSync(successBody)],
    ['zstd', zstdCompressSync(successBody)],
    ['br, gzip', gzipSync(brotliCompressSync(successBody))],
  ])('a body whose compression was unrequested: %s', async (encoding, encoded) => {
    const headers = {
      ...headersOf(successStatus),
      'content-encoding': encoding,
      'content-length': encoded.length,
    }
    provider.respond = (response) => response.writeHead(successStatus, headers).end(encoded)
    const request = rawRequest(anyOperation)
    const [head, ...body] = (await sendRaw(proxy.url, request, { halfClose: false })).split(
      '\r\n\r\n',
    )
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${successStatus} `))
    expect(head).toContain(`content-encoding: ${encoding}\r\n`)
    expect(body.join('\r\n\r\n')).toBe(encoded.toString())
    expect((await call(proxy.url, anyOperation)).body).toEqual(success)
    expect(proxy.totals()).toEqual({ exchanges: 2, violations: 0, failures: 0 })
  })

  it('headers in their order and case, repeated ones included', async () => {
    provider.respond = (response) =>
      response
        .writeHead(successStatus, [
          'X-Request-ID',
          '1',
          'Set-Cookie',
          'a=1',
          'Set-Cookie',
          'b=2',
          ...Object.entries(headersOf(successStatus)).flat(),
        ])
        .end(successBody)
    const request = rawRequest(anyOperation)
    expect(await sendRaw(proxy.url, request, { halfClose: false })).toContain(
      'X-Request-ID: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\ncontent-type: application/json\r\n',
    )
  })

  it.each(bodyOperations)('the body of $operationId', async (operation) => {
    const [example = {}] = Object.values(operation.request?.examples ?? {})
    const text = ` ${JSON.stringify(example, null, 3)}\n`
    const headers = { 'content-type': operation.requestBody?.mediaType ?? '' }
    await call(proxy.url, operation, { headers, body: text })
    expect(provider.requests).toMatchObject([{ body: text, headers }])
  })

  it('everything except hop-by-hop headers', async () => {
    provider.respond = (response) =>
      response
        .writeHead(successStatus, {
          ...headersOf(successStatus),
          connection: 'x-hop, close',
          'x-hop': 'no',
        })
        .end(successBody)
    const headers = 'Connection: X-Hop\r\nX-Hop: no\r\nTE: trailers\r\n'
    const request = rawRequest(anyOperation, { headers })
    const response = await sendRaw(proxy.url, request, { halfClose: false })
    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(response).not.toContain('x-hop')
    expect(provider.requests[0]?.headers).not.toHaveProperty('x-hop')
    expect(provider.requests[0]?.headers).not.toHaveProperty('te')
  })

  it('a base path of the upstream', async () => {
    const prefixed = await startProxy({ upstream: `${provider.url}/stytch/` })
    await call(prefixed.url, anyOperation)
    expect(provider.requests[0]?.url).toBe(`/stytch${exampleRequest(anyOperation).target}`)
    await prefixed.close()
  })

  it('a preflight, which the contract does not cover', async () => {
    provider.respond = (response) =>
      response.writeHead(204, { 'access-control-allow-origin': '*' }).end()
    const headers = { origin: 'http://app.test', 'access-control-request-method': 'POST' }
    const response = await fetch(proxy.url + exampleRequest(anyOperation).target, {
      method: 'OPTIONS',
      headers,
    })
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      204,
      '*',
    ])
  })

  it('a request for another operation, if passOtherRoutes is set', async () => {
    const permissive = await startProxy({ upstream: provider.url, passOtherRoutes: true })
    provider.respond = (response) => response.writeHead(418).end('tea')
    const response = await fetch(`${permissive.url}/v1/b2b/sessions`, {
      method: 'PUT',
      body: 'x=1',
    })
    expect([response.status, await response.text()]).toEqual([418, 'tea'])
    expect(provider.requests).toMatchObject([
      { method: 'PUT', url: '/v1/b2b/sessions', body: 'x=1' },
    ])
    expect(await (await fetch(permissive.url)).text()).toBe('tea')
    expect((await call(permissive.url, anyOperation)).status).toBe(502)
    expect(permissive.totals()).toEqual({ exchanges: 1, violations: 1, failures: 0 })
    await permissive.close()
  })

  it.each([
    ['a request for another operation', '/v1/b2b/sessions', 'PUT', {}],
    [
      'a preflight',
      exampleRequest(anyOperation).target,
      'OPTIONS',
      { 'access-control-request-method': 'POST' },
    ],
  ])('not %s with a body above 1 MiB, which is no violation', async (_what, path, method, more) => {
    const permissive = await startProxy({ upstream: provider.url, passOtherRoutes: true })
    const headers = { origin: 'http://app.test', ...more }
    const body = 'x'.repeat(1024 * 1024 + 1)
    const response = await fetch(permissive.url + path, { method, headers, body })
    expect(response.status).toBe(413)
    expect(response.headers.get('access-control-allow-origin')).toBe('http://app.test')
    expect(await response.json()).toEqual({ message: expect.stringContaining('1048576 bytes') })
    expect(permissive.totals()).toEqual({ exchanges: 0, violations: 0, failures: 0 })
    expect(permissive.violations()).toEqual([])
    expect(provider.requests).toEqual([])
    await permissive.close()
  })

  it('a secret with colons', async () => {
    const headers = { authorization: `Basic ${btoa('project:a:b')}` }
    expect((await call(proxy.url, anyOperation, { headers })).status).toBe(successStatus)
  })
})

it('finds no violations in the mock', async () => {
  const mock = await startMock()
  const checkingProxy = await startProxy({ upstream: mock.url })
  let exchanges = 0
  for (const operation of allOperations) {
    for (const example of examplesOf(operation)) {
      const headers = { prefer: `example=${example}` }
      const { status } = await call(checkingProxy.url, operation, { headers })
      expect(status).toBe(statusOf(operation, example))
      exchanges += 1
    }
  }
  expect(checkingProxy.totals()).toEqual({ exchanges, violations: 0, failures: 0 })
  await checkingProxy.close()
  await mock.close()
})

it('sends no request on a connection that the upstream may be closing', async () => {
  const head = Object.entries(headersOf(successStatus)).map(([name, value]) => `${name}: ${value}`)
  const length = `content-length: ${Buffer.byteLength(successBody)}`
  const response = [`HTTP/1.1 ${successStatus} OK`, ...head, length, '', successBody].join('\r\n')
  const upstream = createServer((socket) => {
    // The response has no `Connection: close`, and a second request is lost.
    socket.once('data', () => {
      socket.write(response)
      socket.once('data', () => socket.destroy())
    })
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const { port } = upstream.address() as AddressInfo // it listens on TCP
  const closing = await startProxy({ upstream: `http://127.0.0.1:${port}` })
  for (let number = 1; number <= 3; number += 1) await call(closing.url, anyOperation)
  expect(closing.totals()).toEqual({ exchanges: 3, violations: 0, failures: 0 })
  await closing.close()
  upstream.close()
})

it('rejects an upstream that is not a base URL', async () => {
  for (const upstream of ['api.example', 'ftp://api.example', 'http://a:b@c', 'http://a/?b=c']) {
    await expect(startProxy({ upstream })).rejects.toThrow(TypeError)
  }
})
