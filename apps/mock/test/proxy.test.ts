import { operation } from '@connected-apps/contract'
import {
  exampleBody,
  exampleNames,
  headerParameterExamples,
  statusOf,
} from '@connected-apps/contract/examples'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { examplePath } from '../src/example-request.ts'
import { startMock, startProxy } from '../src/index.ts'
import type { Proxy } from '../src/index.ts'
import { exampleAnswer, examplesOf } from '../src/known-examples.ts'
import { authorization, callRevoke } from './call.ts'
import { startProvider } from './provider.ts'
import type { Provider } from './provider.ts'
import { sendRaw } from './raw.ts'

let provider: Provider
let proxy: Proxy
beforeAll(async () => {
  provider = await startProvider()
  proxy = await startProxy({ upstream: provider.url })
})
afterAll(async () => {
  await proxy.close()
  await provider.close()
})
beforeEach(() => {
  proxy.reset()
  provider.requests.length = 0
  provider.answer = (response) => response.writeHead(200, json).end(revoked)
})

const json = { 'content-type': 'application/json' }
const revoked = JSON.stringify(exampleBody('revoked'))
const switching = { connection: 'upgrade', upgrade: 'websocket' }
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
    ['an unknown error_type', 403, json, { ...exampleOf(403), error_type: 'new_kind' }],
    ['error_details', 400, json, { ...exampleOf(400), error_details: [1] }],
    ['a 429 without Retry-After', 429, json, exampleOf(429)],
    ['a long Retry-After', 429, { ...json, 'retry-after': '120' }, exampleOf(429)],
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

  it('a secret with colons, which Prism by itself refuses', async () => {
    const headers = { authorization: `Basic ${btoa('project:a:b')}` }
    expect((await callRevoke(proxy.url, { headers })).status).toBe(200)
  })
})

describe('an answer that breaks the contract', () => {
  const mutants = exampleNames.flatMap((example) => {
    const { status, body } = exampleAnswer(example)
    return Object.keys(body).flatMap((name): [string, number, object, string][] => {
      const change = (value: unknown) => JSON.stringify({ ...body, [name]: value })
      return [
        [`${example} without ${name}`, status, json, change(undefined)],
        [`${example} with ${name} null`, status, json, change(null)],
        [`${example} with ${name} as a list`, status, json, change([])],
        [`${example} with ${name} as a fraction`, status, json, change(0.5)],
      ]
    })
  })
  const wrong: [string, number, object, string][] = [
    ...mutants,
    ...operation.statuses.flatMap((status): [string, number, object, string][] => [
      [
        `${status} with the status_code of another`,
        status,
        json,
        JSON.stringify({ ...exampleOf(status), status_code: status + 1 }),
      ],
      [`${status} empty`, status, json, ''],
      [`${status} null`, status, json, 'null'],
      [`${status} as a list`, status, json, '[]'],
      [`${status} as HTML`, status, { 'content-type': 'text/html' }, '<h1>Hello</h1>'],
      [
        `${status} as text`,
        status,
        { 'content-type': 'text/plain' },
        JSON.stringify(exampleOf(status)),
      ],
      [`${status} without a media type`, status, {}, JSON.stringify(exampleOf(status))],
      [
        `${status} with a broken media type`,
        status,
        { 'content-type': ';' },
        JSON.stringify(exampleOf(status)),
      ],
      [`${status} truncated`, status, json, JSON.stringify(exampleOf(status)).slice(0, -1)],
      [`${status} twice`, status, json, JSON.stringify(exampleOf(status)).repeat(2)],
    ]),
    ...[201, 204, 302, 304, 418, 422, 501, 502, 503].map(
      (status): [string, number, object, string] => [
        `the undeclared ${status}`,
        status,
        { ...json, location: '/elsewhere' },
        status === 204 || status === 304 ? '' : revoked,
      ],
    ),
    ...['soon', '-1', '1.5', ''].map((value): [string, number, object, string] => [
      `Retry-After "${value}"`,
      429,
      { ...json, 'retry-after': value },
      JSON.stringify(exampleOf(429)),
    ]),
    ['a compressed body', 200, { ...json, 'content-encoding': 'gzip' }, revoked],
  ]

  it.each(wrong)('is caught: %s', async (_what, status, headers, body) => {
    provider.answer = (response) => response.writeHead(status, { ...headers }).end(body)
    const answer = await callRevoke(proxy.url)
    expect(answer.status).toBe(502)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body).toMatchObject({ title: 'The answer breaks the contract', status: 502 })
    expect(proxy.violations().length).toBeGreaterThan(0)
    expect(provider.requests).toHaveLength(1)
  })

  it.each([
    ['101 Switching Protocols', (response) => response.writeHead(101, switching).end(), 'status'],
    ['what is not HTTP', (response) => response.socket?.end('SSH-2.0-OpenSSH\r\n'), 'head'],
    [
      'a broken chunk',
      (response) =>
        response.socket?.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno\r\n'),
      'body',
    ],
    [
      'an endless answer',
      (response) => response.writeHead(200, json).end(Buffer.alloc(11 * 1024 * 1024)),
      'body',
    ],
    [
      'an answer that breaks off',
      (response) =>
        response
          .writeHead(200, { ...json, 'content-length': 99 })
          .write('{', () => response.destroy()),
      'body',
    ],
  ] satisfies [string, Provider['answer'], string][])(
    'is caught: %s',
    async (_what, answer, where) => {
      provider.answer = answer
      expect(await callRevoke(proxy.url)).toMatchObject({
        status: 502,
        body: { title: 'The answer breaks the contract', violations: [{ where }] },
      })
      expect(proxy.violations()).toMatchObject([{ direction: 'response', where }])
      expect(proxy.totals()).toEqual({ exchanges: 1, violations: 1, failures: 0 })
    },
  )

  it.each([
    [{ ...json, 'retry-after': '-1' }, JSON.stringify(exampleOf(429)), 'header Retry-After'],
    [{ 'content-type': 'text/html' }, JSON.stringify(exampleOf(429)), 'header Content-Type'],
    [json, `\uFEFF${JSON.stringify(exampleOf(429))}`, 'body'],
  ])('is told once, as the contract writes it: %j', async (headers, body, where) => {
    provider.answer = (response) => response.writeHead(429, { ...headers }).end(body)
    await callRevoke(proxy.url)
    expect(proxy.violations()).toMatchObject([{ direction: 'response', where }])
  })

  it('is told with what and where, and never with the value', async () => {
    provider.answer = (response) =>
      response
        .writeHead(403, json)
        .end(JSON.stringify({ ...exampleOf(403), request_id: 7, secret: 'hidden' }))
    const { body } = await callRevoke(proxy.url)
    expect(body).toMatchObject({
      detail: expect.stringContaining('response body /request_id: must be string'),
      violations: [{ direction: 'response', where: 'body', pointer: '/request_id' }],
      error_type: 'contract_violation',
      type: `${proxy.url}/__mock/violations`,
    })
    expect(JSON.stringify(body)).not.toContain('hidden')
    const list: unknown = await (await fetch(`${proxy.url}/__mock/violations`)).json()
    expect(list).toMatchObject({
      exchanges: 1,
      total: 1,
      violations: [{ number: 1, method: 'POST', path: examplePath(), pointer: '/request_id' }],
    })
    await fetch(`${proxy.url}/__mock/violations`, { method: 'DELETE' })
    expect(proxy.totals()).toEqual({ exchanges: 0, violations: 0, failures: 0 })
  })
})

describe('a request that breaks the contract', () => {
  it.each([
    ['no credentials', { headers: { authorization: '' } }, 'request header Authorization: '],
    ['an impossible id', { ids: { member_id: 'a b' } }, 'request path member_id: '],
    [
      'both sessions',
      { headers: { [tokenHeader]: 'a', 'X-Stytch-Member-SessionJWT': 'a.b.c' } },
      'at most one session',
    ],
    ['malformed JSON', { headers: json, body: '{' }, 'request body: is not JSON'],
    ['an unknown method', { method: 'DELETE' }, 'request method and path: '],
  ])('never reaches the provider: %s', async (_what, init, message) => {
    const { status, body } = await callRevoke(proxy.url, init)
    expect(status).toBe(422)
    expect(body).toMatchObject({
      title: 'The request breaks the contract',
      detail: expect.stringContaining(message),
    })
    expect(provider.requests).toEqual([])
    expect(proxy.totals()).toEqual({ exchanges: 1, violations: 1, failures: 0 })
  })

  it('is told with every fault at once', async () => {
    const headers = { authorization: '', [tokenHeader]: '?' }
    const { body } = await callRevoke(proxy.url, { ids: { member_id: '~' }, headers })
    expect(body).toMatchObject({ violations: [{}, {}, {}] })
  })

  it('keeps its dots, which Prism by itself would resolve', async () => {
    const request = `POST ${examplePath({ member_id: '..' })} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`
    expect(await sendRaw(proxy.url, request, { halfClose: false })).toMatch(/^HTTP\/1\.1 422 /)
    expect(provider.requests).toEqual([])
  })

  it('tells a page of another origin too', async () => {
    const { headers } = await callRevoke(proxy.url, {
      headers: { origin: 'http://app.test', authorization: '' },
    })
    expect(headers.get('access-control-allow-origin')).toBe('http://app.test')
  })
})

describe('a provider that cannot be reached', () => {
  it('gives a 502 that says so, each time, and is a failure, not a violation', async () => {
    const gone = await startProvider()
    await gone.close()
    const onFailure = vi.fn<(message: string, method: string, path: string) => void>()
    const lonely = await startProxy({ upstream: gone.url, onFailure })
    const refused = /127\.0\.0\.1:\d+ gave no answer: connect ECONNREFUSED/
    for (const failures of [1, 2]) {
      const { status, body } = await callRevoke(lonely.url)
      expect(status).toBe(502)
      expect(body).toMatchObject({
        title: 'The upstream gave no answer',
        detail: expect.stringMatching(refused),
        error_type: 'upstream_unreachable',
      })
      expect(lonely.totals()).toEqual({ exchanges: 0, violations: 0, failures })
      expect(onFailure).toHaveBeenLastCalledWith(
        expect.stringMatching(refused),
        'POST',
        examplePath(),
      )
    }
    expect(await (await fetch(`${lonely.url}/__mock/violations`)).json()).toEqual({
      exchanges: 0,
      failures: 2,
      total: 0,
      violations: [],
    })
    lonely.reset()
    expect(lonely.totals()).toEqual({ exchanges: 0, violations: 0, failures: 0 })
    await lonely.close()
  })

  it('gives the same when it hangs up before its answer', async () => {
    provider.answer = (response) => response.destroy()
    expect(await callRevoke(proxy.url)).toMatchObject({
      status: 502,
      body: { error_type: 'upstream_unreachable' },
    })
    expect(proxy.totals()).toEqual({ exchanges: 0, violations: 0, failures: 1 })
  })

  it('gives the same when it switches protocols for another operation', async () => {
    const open = await startProxy({ upstream: provider.url, passOtherRoutes: true })
    provider.answer = (response) => response.writeHead(101, switching).end()
    expect((await fetch(`${open.url}/v1/b2b/sessions`)).status).toBe(502)
    expect(open.totals()).toEqual({ exchanges: 0, violations: 0, failures: 1 })
    await open.close()
  })

  it('is left alone when the caller goes away', async () => {
    const upstreamClosed = vi.fn<() => void>()
    provider.answer = (response) => response.once('close', upstreamClosed)
    const abort = new AbortController()
    const call = callRevoke(proxy.url, { signal: abort.signal }).catch(() => 'aborted')
    await vi.waitFor(() => expect(provider.requests).toHaveLength(1), { timeout: 10_000 })
    abort.abort()
    expect(await call).toBe('aborted')
    await vi.waitFor(() => expect(upstreamClosed).toHaveBeenCalled(), { timeout: 10_000 })
    expect(proxy.totals()).toEqual({ exchanges: 0, violations: 0, failures: 0 })
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

function exampleOf(status: number): Record<string, unknown> {
  const [example] = examplesOf(status)
  if (!example) throw new Error(`no example for ${status}`)
  return { ...exampleBody(example) }
}
