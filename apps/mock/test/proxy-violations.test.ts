import { allOperations, contract } from '@connected-apps/contract/operations'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { startProxy } from '../src/index.ts'
import type { LoggedViolation } from '../src/index.ts'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { repeatedParts } from '../src/proxy/check.ts'
import { authorization, call } from './call.ts'
import type { CallOptions } from './call.ts'
import {
  anyOperation,
  bodyOperations,
  errorOf,
  first,
  isAllowed,
  malformedValues,
  rawRequest,
  statusOf,
} from './operations.ts'
import { bodyOf, headersOf, json, startProxied, successBody } from './start-proxied.ts'
import { startProvider } from './provider.ts'
import type { Provider } from './provider.ts'
import { sendRaw } from './send-raw.ts'

// The proxy relies on the contract's own checks, so it must not load Prism.
vi.mock('@stoplight/prism-http', () => {
  throw new Error('the proxy has loaded Prism')
})

const { provider, proxy } = await startProxied()
const switching = { connection: 'upgrade', upgrade: 'websocket' }
const { method, successStatus, pathParameters, parameters } = anyOperation
const { target } = exampleRequest(anyOperation)
const parameter = first(pathParameters)
const [limit, failure] = (['limit', 'failure'] as const).map((trigger) =>
  statusOf(anyOperation, errorOf(anyOperation, trigger)),
) as [number, number] // one for each of the two

function withoutMediaType(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-type'))
}

describe('a response that violates the contract', () => {
  // A few for each part of a response; the contract tests cover every field with the same check.
  const invalidResponses: [what: string, status: number, headers: object, body: string | Uint8Array, where: string[]][] = [
    ['a missing field', successStatus, headersOf(successStatus), bodyWith(successStatus, { status_code: undefined }), ['body']],
    ['a status_code of another status', limit, headersOf(limit), bodyWith(limit, { status_code: failure }), ['body /status_code']],
    ['an empty body', limit, headersOf(limit), '', ['body']],
    ['a truncated body', limit, headersOf(limit), validBody(limit).slice(0, -1), ['body']],
    ['a body with a byte order mark', failure, headersOf(failure), `\uFEFF${validBody(failure)}`, ['body']],
    ['a compressed body', successStatus, { ...headersOf(successStatus), 'content-encoding': 'gzip' }, successBody, ['header Content-Encoding']],
    ['a body in an unknown encoding', successStatus, { ...headersOf(successStatus), 'content-encoding': 'compress' }, successBody, ['header Content-Encoding']],
    ['a compressed body that violates the contract', successStatus, { ...headersOf(successStatus), 'content-encoding': 'gzip' }, gzipSync('{}'), ['body', 'body']],
    ['a compressed body that is too long', successStatus, { ...headersOf(successStatus), 'content-encoding': 'br' }, brotliCompressSync(Buffer.alloc(11 * 1024 * 1024)), ['body']],
    ['two media types', successStatus, { ...headersOf(successStatus), 'content-type': ['application/json; charset=utf-8', 'text/html'] }, successBody, ['header Content-Type']],
    ['HTML', failure, { ...headersOf(failure), 'content-type': 'text/html' }, '<h1>Hello</h1>', ['header Content-Type', 'body']],
    ['another media type', limit, { ...headersOf(limit), 'content-type': 'text/plain' }, validBody(limit), ['header Content-Type']],
    ['no media type', limit, withoutMediaType(headersOf(limit)), validBody(limit), ['header Content-Type']],
    ['a malformed media type', successStatus, { ...headersOf(successStatus), 'content-type': ';' }, successBody, ['header Content-Type']],
    ['a status without a body', 204, json, '', ['status']],
    ['a redirect', 302, { ...json, location: '/elsewhere' }, successBody, ['status']],
    ["the proxy's own status for a request", 422, json, successBody, ['status']],
    ['an error status that the contract lacks', 501, json, successBody, ['status']],
    ["the proxy's own status for a response", 502, json, successBody, ['status']],
  ] // prettier-ignore

  it.each(invalidResponses)('is reported once: %s', async (_what, status, headers, body, where) => {
    provider.respond = (response) => response.writeHead(status, { ...headers }).end(body)
    const response = await call(proxy.url, anyOperation)
    expect(response.status).toBe(502)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.body).toMatchObject({
      title: 'The response violates the contract',
      status: 502,
    })
    expect(proxy.violations().map(locationOf)).toEqual(where.map((part) => `response ${part}`))
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
      (response) =>
        response
          .writeHead(successStatus, headersOf(successStatus))
          .end(Buffer.alloc(11 * 1024 * 1024)),
      'body',
    ],
    [
      'an incomplete response',
      (response) =>
        response
          .writeHead(successStatus, { ...headersOf(successStatus), 'content-length': 99 })
          .write('{', () => response.destroy()),
      'body',
    ],
  ] satisfies [string, Provider['respond'], string][])(
    'is reported: %s',
    async (_what, respond, where) => {
      provider.respond = respond
      expect(await call(proxy.url, anyOperation)).toMatchObject({
        status: 502,
        body: { title: 'The response violates the contract', violations: [{ where }] },
      })
      expect(proxy.violations()).toMatchObject([{ direction: 'response', where }])
      expect(proxy.totals()).toEqual({ exchanges: 1, violations: 1, failures: 0 })
    },
  )

  it('is reported with its location and reason, but never with the value', async () => {
    provider.respond = (response) =>
      response
        .writeHead(limit, headersOf(limit))
        .end(bodyWith(limit, { status_code: failure, secret: 'hidden' }))
    const { body } = await call(proxy.url, anyOperation)
    expect(body).toMatchObject({
      detail: expect.stringContaining('response body /status_code: must be equal to constant'),
      violations: [{ direction: 'response', where: 'body', pointer: '/status_code' }],
      error_type: 'contract_violation',
      type: `${proxy.url}/__mock/violations`,
    })
    expect(JSON.stringify(body)).not.toContain('hidden')
    const list: unknown = await (await fetch(`${proxy.url}/__mock/violations`)).json()
    expect(list).toMatchObject({
      contract: contract.version,
      exchanges: 1,
      total: 1,
      violations: [{ number: 1, method, path: target, pointer: '/status_code' }],
    })
    await fetch(`${proxy.url}/__mock/violations`, { method: 'DELETE' })
    expect(proxy.totals()).toEqual({ exchanges: 0, violations: 0, failures: 0 })
  })
})

type Row = [what: string, init: CallOptions, message: string]

describe.each(allOperations)(
  'a response of $operationId that violates the contract',
  (operation) => {
    it('is reported for each header that the contract defines', async () => {
      for (const [status, headers] of Object.entries(operation.responseHeaders)) {
        for (const [name, { validate }] of Object.entries(headers)) {
          if (validate('-1')) continue // any text is a value of this header
          const body = JSON.stringify(bodyOf(Number(status)))
          provider.respond = (response) =>
            response
              .writeHead(Number(status), { ...headersOf(Number(status)), [name]: '-1' })
              .end(body)
          proxy.reset()
          expect((await call(proxy.url, operation)).status).toBe(502)
          expect(proxy.violations().map(locationOf)).toEqual([`response header ${name}`])
        }
      }
    })

    it('is reported if it is one of another operation', async () => {
      const others = allOperations.filter((other) => other !== operation)
      for (const { examples, successStatus: status } of others) {
        const [body] = Object.values(examples).map((example) => JSON.stringify(example.body))
        provider.respond = (response) => response.writeHead(status, headersOf(status)).end(body)
        const { status: received } = await call(proxy.url, operation)
        const isAccepted = operation.responseBodies[status]?.(JSON.parse(body ?? '')) === true
        expect(received).toBe(isAccepted ? status : 502)
      }
    })
  },
)

describe.each(allOperations)(
  'a request to $operationId that violates the contract',
  (operation) => {
    const [excluding] = operation.exclusiveHeaders
    const excluded = (excluding?.headers ?? []).map((name) => [
      name,
      String(operation.parameters[name]?.example),
    ])
    const malformed = Object.entries(operation.parameters).map(([name, each]): Row => {
      const values = malformedValues(operation, name).filter((value) => /^[!-~ ]+$/.test(value))
      const value = first(values.filter((text) => !/^\.+$/.test(text)))
      return [`a malformed ${name}`, { values: { [name]: value } }, `request ${each.in} ${name}: `]
    })

    it.each<Row>([
      ['no credentials', { headers: { authorization: '' } }, 'request header Authorization: '],
      ...malformed,
      ...(excluding
        ? [
            [
              'headers that exclude each other',
              { values: Object.fromEntries(excluded) },
              `request header ${excluding.headers.join(' and ')}: `,
            ] satisfies Row,
          ]
        : []),
      ['an unknown method', { method: 'PROPFIND' }, 'request method and path: '],
    ])('never reaches the provider: %s', async (_what, init, message) => {
      const { status, body } = await call(proxy.url, operation, init)
      expect(status).toBe(422)
      expect(body).toMatchObject({
        title: 'The request violates the contract',
        detail: expect.stringContaining(message),
      })
      expect(provider.requests).toEqual([])
      expect(proxy.totals()).toEqual({ exchanges: 1, violations: 1, failures: 0 })
    })
  },
)

describe('a request that violates the contract', () => {
  it.each(bodyOperations)(
    'never reaches the provider: malformed JSON for $operationId',
    async (operation) => {
      const headers = { 'content-type': operation.requestBody?.mediaType ?? '' }
      const { status, body } = await call(proxy.url, operation, { headers, body: '{' })
      expect(status).toBe(422)
      expect(body).toMatchObject({ detail: expect.stringContaining('request body: is not JSON') })
      expect(provider.requests).toEqual([])
    },
  )

  it('is reported with all of its violations', async () => {
    const names = Object.keys(parameters).filter((name) => parameters[name]?.in === 'path')
    const values = Object.fromEntries(names.map((name) => [name, 'a b']))
    const headers = { authorization: '' }
    const { body } = await call(proxy.url, anyOperation, { values, headers })
    expect(body).toMatchObject({ violations: [{}, ...names.map(() => ({}))] })
  })

  const headersOnce = Object.keys(parameters).filter((name) => parameters[name]?.in === 'header')
  it.each<[name: string, value: string]>([
    ['Authorization', authorization],
    ['Content-Type', 'application/json'],
    ['Host', 'x'],
    ...headersOnce.map((name): [string, string] => [name, String(parameters[name]?.example)]),
  ])('never reaches the provider: two headers %s', async (name, value) => {
    const isInExample = name === 'Authorization' || name === 'Host'
    for (const other of [value, 'other']) {
      const lines = [...(isInExample ? [] : [value]), other].map((each) => `${name}: ${each}\r\n`)
      const request = rawRequest(anyOperation, { headers: lines.join('') })
      expect(await sendRaw(proxy.url, request, { halfClose: false })).toMatch(/^HTTP\/1\.1 422 /)
    }
    expect(proxy.violations().map(locationOf)).toEqual(Array(2).fill(`request header ${name}`))
    expect(proxy.violations()[0]?.message).toBe('is sent more than once')
    expect(provider.requests).toEqual([])
  })

  it('would be reported for a query parameter that is sent twice', () => {
    const declared = {
      in: 'query',
      required: false,
      example: 1,
      errorExample: '',
      validate: () => true,
    } as const
    const operation = { parameters: { limit: declared }, security: [] }
    const sent = (query: string) => ({
      request: { rawHeaders: ['Limit', '1', 'Limit', '2'] },
      query: new URLSearchParams(query),
    })
    expect(repeatedParts(operation, sent('limit=1&limit=2'))).toEqual(['query limit'])
    expect(repeatedParts(operation, sent('limit=1&other=2&other=2'))).toEqual([])
  })

  it('keeps its dot segments, which are a violation', async () => {
    expect(isAllowed(anyOperation, parameter, '..')).toBe(false)
    const { target: template } = exampleRequest(anyOperation, { [parameter]: 'SEGMENT' })
    const request = rawRequest(anyOperation, { target: template.replace('SEGMENT', '..') })
    expect(await sendRaw(proxy.url, request, { halfClose: false })).toMatch(/^HTTP\/1\.1 422 /)
    expect(provider.requests).toEqual([])
  })

  it('never reaches the provider: a fragment', async () => {
    const request = rawRequest(anyOperation, { target: `${target}#/../../other` })
    expect(await sendRaw(proxy.url, request, { halfClose: false })).toMatch(/^HTTP\/1\.1 422 /)
    expect(proxy.violations().map(locationOf)).toEqual(['request path'])
    expect(provider.requests).toEqual([])
  })

  it('is reported to a page of another origin too', async () => {
    const { headers } = await call(proxy.url, anyOperation, {
      headers: { origin: 'http://app.test', authorization: '' },
    })
    expect(headers.get('access-control-allow-origin')).toBe('http://app.test')
  })
})

describe('a provider that does not respond', () => {
  it('causes a 502 with the reason, and counts as a failure, not as a violation', async () => {
    const closed = await startProvider()
    await closed.close()
    const onFailure = vi.fn<(message: string, method: string, path: string) => void>()
    const unconnected = await startProxy({ upstream: closed.url, onFailure })
    const message = /127\.0\.0\.1:\d+ did not respond: nothing listens there \(ECONNREFUSED\)/
    for (const failures of [1, 2]) {
      const { status, body } = await call(unconnected.url, anyOperation)
      expect(status).toBe(502)
      expect(body).toMatchObject({
        title: 'The upstream did not respond',
        detail: expect.stringMatching(message),
        error_type: 'upstream_unreachable',
      })
      expect(unconnected.totals()).toEqual({ exchanges: 0, violations: 0, failures })
      expect(onFailure).toHaveBeenLastCalledWith(expect.stringMatching(message), method, target)
    }
    expect(await (await fetch(`${unconnected.url}/__mock/violations`)).json()).toEqual({
      contract: contract.version,
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
    expect(await call(proxy.url, anyOperation)).toMatchObject({
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

  it('has its request aborted when the client disconnects, which counts as a failure', async () => {
    const upstreamClosed = vi.fn<() => void>()
    provider.respond = (response) => response.once('close', upstreamClosed)
    const abort = new AbortController()
    const pending = call(proxy.url, anyOperation, { signal: abort.signal }).catch(() => 'aborted')
    await vi.waitFor(() => expect(provider.requests).toHaveLength(1), { timeout: 10_000 })
    abort.abort()
    expect(await pending).toBe('aborted')
    await vi.waitFor(() => expect(upstreamClosed).toHaveBeenCalled(), { timeout: 10_000 })
    expect(proxy.totals()).toEqual({ exchanges: 0, violations: 0, failures: 1 })
  })
})

function validBody(status: number): string {
  return JSON.stringify(bodyOf(status))
}

function bodyWith(status: number, fields: object): string {
  return JSON.stringify({ ...bodyOf(status), ...fields })
}

function locationOf({ direction, where, pointer = '' }: LoggedViolation): string {
  return `${direction} ${where} ${pointer}`.trimEnd()
}
