import { describe, expect, it, vi } from 'vitest'
import { examplePath } from '../src/mock/example-request.ts'
import { startProxy } from '../src/index.ts'
import type { LoggedViolation } from '../src/index.ts'
import { authorization, callRevoke } from './call-revoke.ts'
import { bodyOf, json, revoked, startProxied } from './start-proxied.ts'
import { startProvider } from './provider.ts'
import type { Provider } from './provider.ts'
import { sendRaw } from './send-raw.ts'

// The proxy relies on the contract's own checks, so it must not load Prism.
vi.mock('@stoplight/prism-http', () => {
  throw new Error('the proxy has loaded Prism')
})

const { provider, proxy } = await startProxied()
const switching = { connection: 'upgrade', upgrade: 'websocket' }
const tokenHeader = 'X-Stytch-Member-Session'

describe('a response that violates the contract', () => {
  // A few for each part of a response; the contract tests cover every field with the same check.
  const invalidResponses: [what: string, status: number, headers: object, body: string, where: string[]][] = [
    ['a missing field', 200, json, bodyWith(200, { request_id: undefined }), ['body']],
    ['a status_code of another status', 401, json, bodyWith(401, { status_code: 400 }), ['body /status_code']],
    ['an empty body', 403, json, '', ['body']],
    ['a truncated body', 404, json, validBody(404).slice(0, -1), ['body']],
    ['a body with a byte order mark', 500, json, `\uFEFF${validBody(500)}`, ['body']],
    ['a compressed body', 200, { ...json, 'content-encoding': 'gzip' }, revoked, ['header Content-Encoding']],
    ['HTML', 500, { 'content-type': 'text/html' }, '<h1>Hello</h1>', ['header Content-Type', 'body']],
    ['another media type', 429, { 'content-type': 'text/plain' }, validBody(429), ['header Content-Type']],
    ['no media type', 400, {}, validBody(400), ['header Content-Type']],
    ['a malformed media type', 200, { 'content-type': ';' }, revoked, ['header Content-Type']],
    ['an invalid Retry-After', 429, { ...json, 'retry-after': '-1' }, validBody(429), ['header Retry-After']],
    ['a status without a body', 204, json, '', ['status']],
    ['a redirect', 302, { ...json, location: '/elsewhere' }, revoked, ['status']],
    ["the proxy's own status for a request", 422, json, revoked, ['status']],
    ['an error status that the contract lacks', 501, json, revoked, ['status']],
    ["the proxy's own status for a response", 502, json, revoked, ['status']],
  ] // prettier-ignore

  it.each(invalidResponses)('is reported once: %s', async (_what, status, headers, body, where) => {
    provider.respond = (response) => response.writeHead(status, { ...headers }).end(body)
    const response = await callRevoke(proxy.url)
    expect(response.status).toBe(502)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.body).toMatchObject({
      title: 'The response violates the contract',
      status: 502,
    })
    expect(proxy.violations().map(placeOf)).toEqual(where.map((place) => `response ${place}`))
    expect(provider.requests).toHaveLength(1)
  })

  it.each([
    ['101 Switching Protocols', (response) => response.writeHead(101, switching).end(), 'status'],
    ['not HTTP', (response) => response.socket?.end('SSH-2.0-OpenSSH\r\n'), 'head'],
    [
      'an invalid chunk',
      (response) =>
        response.socket?.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno\r\n'),
      'body',
    ],
    [
      'a response that is too long',
      (response) => response.writeHead(200, json).end(Buffer.alloc(11 * 1024 * 1024)),
      'body',
    ],
    [
      'an incomplete response',
      (response) =>
        response
          .writeHead(200, { ...json, 'content-length': 99 })
          .write('{', () => response.destroy()),
      'body',
    ],
  ] satisfies [string, Provider['respond'], string][])(
    'is reported: %s',
    async (_what, respond, where) => {
      provider.respond = respond
      expect(await callRevoke(proxy.url)).toMatchObject({
        status: 502,
        body: { title: 'The response violates the contract', violations: [{ where }] },
      })
      expect(proxy.violations()).toMatchObject([{ direction: 'response', where }])
      expect(proxy.totals()).toEqual({ exchanges: 1, violations: 1, failures: 0 })
    },
  )

  it('is reported with its place and reason, but never with the value', async () => {
    provider.respond = (response) =>
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

describe('a request that violates the contract', () => {
  it.each([
    ['no credentials', { headers: { authorization: '' } }, 'request header Authorization: '],
    ['a malformed id', { ids: { member_id: 'a b' } }, 'request path member_id: '],
    [
      'both session headers',
      { headers: { [tokenHeader]: 'a', 'X-Stytch-Member-SessionJWT': 'a.b.c' } },
      'at most one session',
    ],
    ['malformed JSON', { headers: json, body: '{' }, 'request body: is not JSON'],
    ['an unknown method', { method: 'DELETE' }, 'request method and path: '],
  ])('never reaches the provider: %s', async (_what, init, message) => {
    const { status, body } = await callRevoke(proxy.url, init)
    expect(status).toBe(422)
    expect(body).toMatchObject({
      title: 'The request violates the contract',
      detail: expect.stringContaining(message),
    })
    expect(provider.requests).toEqual([])
    expect(proxy.totals()).toEqual({ exchanges: 1, violations: 1, failures: 0 })
  })

  it('is reported with all of its violations', async () => {
    const headers = { authorization: '', [tokenHeader]: '?' }
    const { body } = await callRevoke(proxy.url, { ids: { member_id: '~' }, headers })
    expect(body).toMatchObject({ violations: [{}, {}, {}] })
  })

  it('keeps its dot segments, which are a violation', async () => {
    const request = `POST ${examplePath({ member_id: '..' })} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`
    expect(await sendRaw(proxy.url, request, { halfClose: false })).toMatch(/^HTTP\/1\.1 422 /)
    expect(provider.requests).toEqual([])
  })

  it('is reported to a page of another origin too', async () => {
    const { headers } = await callRevoke(proxy.url, {
      headers: { origin: 'http://app.test', authorization: '' },
    })
    expect(headers.get('access-control-allow-origin')).toBe('http://app.test')
  })
})

describe('a provider that does not respond', () => {
  it('causes a 502 that says so, and counts as a failure, not as a violation', async () => {
    const closed = await startProvider()
    await closed.close()
    const onFailure = vi.fn<(message: string, method: string, path: string) => void>()
    const unconnected = await startProxy({ upstream: closed.url, onFailure })
    const message = /127\.0\.0\.1:\d+ did not respond: connect ECONNREFUSED/
    for (const failures of [1, 2]) {
      const { status, body } = await callRevoke(unconnected.url)
      expect(status).toBe(502)
      expect(body).toMatchObject({
        title: 'The upstream did not respond',
        detail: expect.stringMatching(message),
        error_type: 'upstream_unreachable',
      })
      expect(unconnected.totals()).toEqual({ exchanges: 0, violations: 0, failures })
      expect(onFailure).toHaveBeenLastCalledWith(
        expect.stringMatching(message),
        'POST',
        examplePath(),
      )
    }
    expect(await (await fetch(`${unconnected.url}/__mock/violations`)).json()).toEqual({
      exchanges: 0,
      failures: 2,
      total: 0,
      violations: [],
    })
    unconnected.reset()
    expect(unconnected.totals()).toEqual({ exchanges: 0, violations: 0, failures: 0 })
    await unconnected.close()
  })

  it('causes the same 502 when it disconnects before it responds', async () => {
    provider.respond = (response) => response.destroy()
    expect(await callRevoke(proxy.url)).toMatchObject({
      status: 502,
      body: { error_type: 'upstream_unreachable' },
    })
    expect(proxy.totals()).toEqual({ exchanges: 0, violations: 0, failures: 1 })
  })

  it('causes the same 502 when it switches protocols for another operation', async () => {
    const permissive = await startProxy({ upstream: provider.url, passOtherRoutes: true })
    provider.respond = (response) => response.writeHead(101, switching).end()
    expect((await fetch(`${permissive.url}/v1/b2b/sessions`)).status).toBe(502)
    expect(permissive.totals()).toEqual({ exchanges: 0, violations: 0, failures: 1 })
    await permissive.close()
  })

  it('has its request aborted when the client disconnects', async () => {
    const upstreamClosed = vi.fn<() => void>()
    provider.respond = (response) => response.once('close', upstreamClosed)
    const abort = new AbortController()
    const call = callRevoke(proxy.url, { signal: abort.signal }).catch(() => 'aborted')
    await vi.waitFor(() => expect(provider.requests).toHaveLength(1), { timeout: 10_000 })
    abort.abort()
    expect(await call).toBe('aborted')
    await vi.waitFor(() => expect(upstreamClosed).toHaveBeenCalled(), { timeout: 10_000 })
    expect(proxy.totals()).toEqual({ exchanges: 0, violations: 0, failures: 0 })
  })
})

function validBody(status: number): string {
  return JSON.stringify(bodyOf(status))
}

function bodyWith(status: number, fields: object): string {
  return JSON.stringify({ ...bodyOf(status), ...fields })
}

function placeOf({ direction, where, pointer = '' }: LoggedViolation): string {
  return `${direction} ${where} ${pointer}`.trimEnd()
}
