import { exampleNames, headerParameterExamples, statusOf } from '@connected-apps/contract/examples'
import { describe, expect, it } from 'vitest'
import { examplePath } from '../src/mock/example-request.ts'
import { startMock, startProxy } from '../src/index.ts'
import { exampleResponse } from '../src/scenarios/choose-example.ts'
import { authorization, callRevoke } from './call-revoke.ts'
import { bodyOf, json, revoked, startProxied } from './start-proxied.ts'
import { sendRaw } from './send-raw.ts'

const { provider, proxy } = await startProxied()
const tokenHeader = 'X-Stytch-Member-Session'

describe('passes through unchanged', () => {
  it.each(exampleNames)('%s', async (example) => {
    const { status, headers, body } = exampleResponse(example)
    const bytes = ` ${JSON.stringify(body, null, 3)}\n`
    provider.respond = (response) => response.writeHead(status, { ...headers }).end(bytes)
    const response = await fetch(proxy.url + examplePath(), {
      method: 'POST',
      headers: { authorization },
    })
    expect(response.status).toBe(status)
    expect(await response.text()).toBe(bytes)
    for (const [name, value] of Object.entries(headers)) {
      expect(response.headers.get(name)).toBe(String(value))
    }
    expect(proxy.violations()).toEqual([])
  })

  it.each([
    [
      'a property that the contract does not define',
      200,
      json,
      { ...JSON.parse(revoked), more: true },
    ],
    ['a charset', 200, { 'content-type': 'Application/JSON; charset=utf-8' }, JSON.parse(revoked)],
    ['an unknown error_type', 403, json, { ...bodyOf(403), error_type: 'new_kind' }],
    ['error_details', 400, json, { ...bodyOf(400), error_details: [1] }],
    ['a 429 without Retry-After', 429, json, bodyOf(429)],
    ['a long Retry-After', 429, { ...json, 'retry-after': '120' }, bodyOf(429)],
  ])('%s', async (_what, status, headers, body) => {
    provider.respond = (response) => response.writeHead(status, headers).end(JSON.stringify(body))
    expect(await callRevoke(proxy.url)).toMatchObject({ status, body })
    expect(proxy.totals()).toEqual({ exchanges: 1, violations: 0, failures: 0 })
  })

  it('headers in their order and case, repeated ones included', async () => {
    provider.respond = (response) =>
      response
        .writeHead(200, [
          'X-Request-ID',
          '1',
          'Set-Cookie',
          'a=1',
          'Set-Cookie',
          'b=2',
          ...Object.entries(json).flat(),
        ])
        .end(revoked)
    const request = `POST ${examplePath()} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`
    expect(await sendRaw(proxy.url, request, { halfClose: false })).toContain(
      'X-Request-ID: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\ncontent-type: application/json\r\n',
    )
  })

  it('the request: path, query, session, body and end-to-end headers', async () => {
    await callRevoke(proxy.url, {
      ids: { organization_id: 'a|b' },
      query: '?x=1&x=%20',
      headers: { ...json, [tokenHeader]: headerParameterExamples[tokenHeader], 'x-own': 'kept' },
      body: '{ "a" : 1 }',
    })
    expect(provider.requests).toMatchObject([
      {
        method: 'POST',
        url: `${examplePath({ organization_id: 'a|b' })}?x=1&x=%20`,
        body: '{ "a" : 1 }',
        headers: {
          authorization,
          host: new URL(provider.url).host,
          [tokenHeader.toLowerCase()]: headerParameterExamples[tokenHeader],
          'x-own': 'kept',
          'accept-encoding': 'identity',
        },
      },
    ])
  })

  it('everything except hop-by-hop headers', async () => {
    provider.respond = (response) =>
      response.writeHead(200, { ...json, connection: 'x-hop, close', 'x-hop': 'no' }).end(revoked)
    const request = `POST ${examplePath()} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close, X-Hop\r\nX-Hop: no\r\nTE: trailers\r\n\r\n`
    const response = await sendRaw(proxy.url, request, { halfClose: false })
    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(response).not.toContain('x-hop')
    expect(provider.requests[0]?.headers).not.toHaveProperty('x-hop')
    expect(provider.requests[0]?.headers).not.toHaveProperty('te')
  })

  it('a base path of the upstream', async () => {
    const prefixed = await startProxy({ upstream: `${provider.url}/stytch/` })
    await callRevoke(prefixed.url)
    expect(provider.requests[0]?.url).toBe(`/stytch${examplePath()}`)
    await prefixed.close()
  })

  it('a preflight, which the contract does not cover', async () => {
    provider.respond = (response) =>
      response.writeHead(204, { 'access-control-allow-origin': '*' }).end()
    const headers = { origin: 'http://app.test', 'access-control-request-method': 'POST' }
    const response = await fetch(proxy.url + examplePath(), { method: 'OPTIONS', headers })
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
    expect((await callRevoke(permissive.url)).status).toBe(502)
    expect(permissive.totals()).toEqual({ exchanges: 1, violations: 1, failures: 0 })
    await permissive.close()
  })

  it('a secret with colons', async () => {
    const headers = { authorization: `Basic ${btoa('project:a:b')}` }
    expect((await callRevoke(proxy.url, { headers })).status).toBe(200)
  })
})

it('finds no violations in the mock', async () => {
  const mock = await startMock()
  const checkingProxy = await startProxy({ upstream: mock.url })
  for (const example of exampleNames) {
    const headers = { prefer: `example=${example}` }
    expect((await callRevoke(checkingProxy.url, { headers })).status).toBe(statusOf(example))
  }
  expect(checkingProxy.totals()).toEqual({
    exchanges: exampleNames.length,
    violations: 0,
    failures: 0,
  })
  await checkingProxy.close()
  await mock.close()
})
