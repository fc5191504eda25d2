import { describe, expect, it, vi } from 'vitest'
import { examplePath } from '../src/example-request.ts'
import { startProxy } from '../src/index.ts'
import type { LoggedViolation } from '../src/index.ts'
import { authorization, callRevoke } from './call.ts'
import { bodyOf, json, revoked, startProxied } from './proxied.ts'
import { startProvider } from './provider.ts'
import type { Provider } from './provider.ts'
import { sendRaw } from './raw.ts'

// The contract's own checks decide, so that the proxy starts without Prism.
vi.mock('@stoplight/prism-http', () => {
  throw new Error('the proxy has loaded Prism')
})

const { provider, proxy } = await startProxied()
const switching = { connection: 'upgrade', upgrade: 'websocket' }
const tokenHeader = 'X-Stytch-Member-Session'

describe('an answer that breaks the contract', () => {
  // Some of each part. Mutants of every field are killed in the contract tests, by the same check.
  const wrong: [what: string, status: number, headers: object, body: string, where: string[]][] = [
    ['a field is missing', 200, json, withOther(200, { request_id: undefined }), ['body']],
    ['a status_code of another status', 401, json, withOther(401, { status_code: 400 }), ['body /status_code']],
    ['an empty body', 403, json, '', ['body']],
    ['a body that is truncated', 404, json, right(404).slice(0, -1), ['body']],
    ['a body with a byte order mark', 500, json, `\uFEFF${right(500)}`, ['body']],
    ['a compressed body', 200, { ...json, 'content-encoding': 'gzip' }, revoked, ['header Content-Encoding']],
    ['HTML', 500, { 'content-type': 'text/html' }, '<h1>Hello</h1>', ['header Content-Type', 'body']],
    ['another media type', 429, { 'content-type': 'text/plain' }, right(429), ['header Content-Type']],
    ['no media type', 400, {}, right(400), ['header Content-Type']],
    ['a broken media type', 200, { 'content-type': ';' }, revoked, ['header Content-Type']],
    ['a wrong Retry-After', 429, { ...json, 'retry-after': '-1' }, right(429), ['header Retry-After']],
    ['a status without a body', 204, json, '', ['status']],
    ['a redirect', 302, { ...json, location: '/elsewhere' }, revoked, ['status']],
    ["the proxy's own status for a request", 422, json, revoked, ['status']],
    ['a status of an error that the contract lacks', 501, json, revoked, ['status']],
    ["the proxy's own status for an answer", 502, json, revoked, ['status']],
  ] // prettier-ignore

  it.each(wrong)('is caught, and told once: %s', async (_what, status, headers, body, where) => {
    provider.answer = (response) => response.writeHead(status, { ...headers }).end(body)
    const answer = await callRevoke(proxy.url)
    expect(answer.status).toBe(502)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body).toMatchObject({ title: 'The answer breaks the contract', status: 502 })
    expect(proxy.violations().map(placeOf)).toEqual(where.map((place) => `response ${place}`))
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

  it('is told with what and where, and never with the value', async () => {
    provider.answer = (response) =>
      response
        .writeHead(403, json)
        .end(JSON.stringify({ ...bodyOf(403), request_id: 7, secret: 'hidden' }))
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

  it('keeps its dot segments', async () => {
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

function right(status: number): string {
  return JSON.stringify(bodyOf(status))
}

function withOther(status: number, fields: object): string {
  return JSON.stringify({ ...bodyOf(status), ...fields })
}

function placeOf({ direction, where, pointer = '' }: LoggedViolation): string {
  return `${direction} ${where} ${pointer}`.trimEnd()
}
