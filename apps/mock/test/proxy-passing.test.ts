import { exampleNames, headerParameterExamples, statusOf } from '@connected-apps/contract/examples'
import { describe, expect, it } from 'vitest'
import { examplePath } from '../src/example-request.ts'
import { startMock, startProxy } from '../src/index.ts'
import { exampleAnswer } from '../src/known-examples.ts'
import { authorization, callRevoke } from './call.ts'
import { bodyOf, json, revoked, startProxied } from './proxied.ts'
import { sendRaw } from './raw.ts'

const { provider, proxy } = await startProxied()
const tokenHeader = 'X-Stytch-Member-Session'

describe('what keeps the contract passes unchanged', () => {
  it.each(exampleNames)('%s', async (example) => {
    const { status, headers, body } = exampleAnswer(example)
    const bytes = ` ${JSON.stringify(body, null, 3)}\n`
    provider.answer = (response) => response.writeHead(status, { ...headers }).end(bytes)
    const answer = await fetch(proxy.url + examplePath(), {
      method: 'POST',
      headers: { authorization },
    })
    expect(answer.status).toBe(status)
    expect(await answer.text()).toBe(bytes)
    for (const [name, value] of Object.entries(headers)) {
      expect(answer.headers.get(name)).toBe(String(value))
    }
    expect(proxy.violations()).toEqual([])
  })

  it.each([
    [
      'a property that the contract does not know',
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
    provider.answer = (response) => response.writeHead(status, headers).end(JSON.stringify(body))
    expect(await callRevoke(proxy.url)).toMatchObject({ status, body })
    expect(proxy.totals()).toEqual({ exchanges: 1, violations: 0, failures: 0 })
  })

  it('headers, in their order and case, several of one name among them', async () => {
    provider.answer = (response) =>
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

  it('the request: path, query, session, body, and every header but those of the connection', async () => {
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

  it('not what concerns one connection alone', async () => {
    provider.answer = (response) =>
      response.writeHead(200, { ...json, connection: 'x-hop, close', 'x-hop': 'no' }).end(revoked)
    const request = `POST ${examplePath()} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close, X-Hop\r\nX-Hop: no\r\nTE: trailers\r\n\r\n`
    const answer = await sendRaw(proxy.url, request, { halfClose: false })
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).not.toContain('x-hop')
    expect(provider.requests[0]?.headers).not.toHaveProperty('x-hop')
    expect(provider.requests[0]?.headers).not.toHaveProperty('te')
  })

  it('a base path of the upstream', async () => {
    const prefixed = await startProxy({ upstream: `${provider.url}/stytch/` })
    await callRevoke(prefixed.url)
    expect(provider.requests[0]?.url).toBe(`/stytch${examplePath()}`)
    await prefixed.close()
  })

  it('a preflight, which the contract does not speak of', async () => {
    provider.answer = (response) =>
      response.writeHead(204, { 'access-control-allow-origin': '*' }).end()
    const headers = { origin: 'http://app.test', 'access-control-request-method': 'POST' }
    const answer = await fetch(proxy.url + examplePath(), { method: 'OPTIONS', headers })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
  })

  it('a request for another operation, if told so', async () => {
    const open = await startProxy({ upstream: provider.url, passOtherRoutes: true })
    provider.answer = (response) => response.writeHead(418).end('tea')
    const answer = await fetch(`${open.url}/v1/b2b/sessions`, { method: 'PUT', body: 'x=1' })
    expect([answer.status, await answer.text()]).toEqual([418, 'tea'])
    expect(provider.requests).toMatchObject([
      { method: 'PUT', url: '/v1/b2b/sessions', body: 'x=1' },
    ])
    expect((await callRevoke(open.url)).status).toBe(502)
    expect(open.totals()).toEqual({ exchanges: 1, violations: 1, failures: 0 })
    await open.close()
  })

  it('a secret with colons', async () => {
    const headers = { authorization: `Basic ${btoa('project:a:b')}` }
    expect((await callRevoke(proxy.url, { headers })).status).toBe(200)
  })
})

it('finds nothing wrong with the mock', async () => {
  const mock = await startMock()
  const watching = await startProxy({ upstream: mock.url })
  for (const example of exampleNames) {
    const headers = { prefer: `example=${example}` }
    expect((await callRevoke(watching.url, { headers })).status).toBe(statusOf(example))
  }
  expect(watching.totals()).toEqual({
    exchanges: exampleNames.length,
    violations: 0,
    failures: 0,
  })
  await watching.close()
  await mock.close()
})
