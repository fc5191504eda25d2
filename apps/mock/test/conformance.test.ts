import { checkResponseBody, isStatus, operation } from '@connected-apps/contract'
import {
  exampleBody,
  headerParameterExamples,
  pathParameterExamples,
  statusOf,
} from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Mock } from '../src/index.ts'
import { examplePath } from '../src/mock/example-request.ts'
import { startMock } from '../src/index.ts'
import { maxBodyBytes } from '../src/http/body.ts'
import { listen } from '../src/http/listen.ts'
import { authorization, callRevoke } from './call-revoke.ts'
import { parseRawResponse, sendRaw } from './send-raw.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())

const json = { 'content-type': operation.mediaType }
const tokenHeader = 'X-Stytch-Member-Session'
const jwtHeader = 'X-Stytch-Member-SessionJWT'

describe('revoke responds as the contract defines', () => {
  const requests: [string, Parameters<typeof callRevoke>[1], ExampleName][] = [
    ['no body', {}, 'revoked'],
    ['an empty object', { body: '{}', headers: json }, 'revoked'],
    ['the ids in the body', { body: JSON.stringify(pathParameterExamples), headers: json }, 'revoked'],
    ['a charset', { body: '{}', headers: { 'content-type': 'application/json; charset=utf-8' } }, 'revoked'],
    ['a broken media type parameter', { body: '{}', headers: { 'content-type': 'application/json; charset' } }, 'revoked'],
    ['a Content-Type without a body', { headers: json }, 'revoked'],
    ['another Content-Type without a body', { headers: { 'content-type': 'text/plain' } }, 'revoked'],
    ['an Accept that excludes JSON', { headers: { accept: 'text/html' } }, 'revoked'],
    ['a session token', { headers: { [tokenHeader]: headerParameterExamples[tokenHeader] } }, 'revoked'],
    ['a session JWT', { headers: { [jwtHeader]: headerParameterExamples[jwtHeader] } }, 'revoked'],
    ['a slug', { ids: { organization_id: 'acme~1' } }, 'revoked'],
    ['an external id with a bar', { ids: { member_id: 'a|b' } }, 'revoked'],
    ['an unknown query', { query: '?a=b&a=c' }, 'revoked'],
    ['malformed JSON', { body: '{"a":', headers: json }, 'bad_request'],
    ['JSON that is not an object', { body: '[]', headers: json }, 'bad_request'],
    ['JSON null', { body: 'null', headers: json }, 'bad_request'],
    ['bytes that are not UTF-8', { body: new Uint8Array([0x22, 0xff, 0x22]), headers: json }, 'bad_request'],
    ['a form body', { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 'bad_request'],
    ['a body without a media type', { body: new Uint8Array([0x7b, 0x7d]) }, 'bad_request'],
    ['a compressed body', { body: '{}', headers: { ...json, 'content-encoding': 'gzip' } }, 'bad_request'],
    ['a body that is too long', { body: ' '.repeat(maxBodyBytes + 1), headers: json }, 'bad_request'],
    ['no credentials', { headers: { authorization: '' } }, 'unauthorized_credentials'],
    ['a Bearer token', { headers: { authorization: 'Bearer abc' } }, 'unauthorized_credentials'],
    ['Basic that is not base64', { headers: { authorization: 'Basic ***' } }, 'unauthorized_credentials'],
    ['Basic without a colon', { headers: { authorization: `Basic ${btoa('project')}` } }, 'unauthorized_credentials'],
    ['Basic without a project_id', { headers: { authorization: `Basic ${btoa(':secret')}` } }, 'unauthorized_credentials'],
    ['Basic without a secret', { headers: { authorization: `Basic ${btoa('project:')}` } }, 'unauthorized_credentials'],
    ['a secret with colons', { headers: { authorization: `Basic ${btoa('project:a:b:')}` } }, 'revoked'],
    ['missing credentials before any other violation', { headers: { authorization: '', [tokenHeader]: '?' } }, 'unauthorized_credentials'],
    ['a malformed organization_id', { ids: { organization_id: 'a b' } }, 'invalid_organization_id'],
    ['a malformed member_id', { ids: { member_id: 'a~b' } }, 'invalid_id'],
    ['an encoded slash', { ids: { connected_app_id: 'a/b' } }, 'invalid_id'],
    ['an empty connected_app_id', { ids: { connected_app_id: '' } }, 'invalid_id'],
    ['a connected_app_id that is too long', { ids: { connected_app_id: 'a'.repeat(129) } }, 'invalid_id'],
    ['a malformed session token', { headers: { [tokenHeader]: 'a b' } }, 'invalid_session_token'],
    ['an empty session token', { headers: { [tokenHeader]: '' } }, 'invalid_session_token'],
    ['a malformed session JWT', { headers: { [jwtHeader]: 'a.b' } }, 'unable_to_parse_session_jwt'],
    ['both session headers', { headers: { [tokenHeader]: 'a', [jwtHeader]: 'a.b.c' } }, 'too_many_session_arguments'],
    ['GET', { method: 'GET' }, 'route_not_found'],
    ['DELETE', { method: 'DELETE' }, 'route_not_found'],
    ['OPTIONS that is not a preflight', { method: 'OPTIONS' }, 'route_not_found'],
  ] // prettier-ignore

  it.each(requests)('to %s', async (_what, init, example) => {
    const { status, headers, body } = await callRevoke(mock.url, init)
    expect({ status, body }).toEqual({ status: statusOf(example), body: exampleBody(example) })
    expect(headers.get('content-type')).toBe(operation.mediaType)
  })

  const targets: [string, ExampleName][] = [
    ['POST /', 'route_not_found'],
    ['POST *', 'route_not_found'],
    ['POST /v1/b2b/organizations', 'route_not_found'],
    [`POST ${examplePath()}/`, 'route_not_found'],
    [`POST ${examplePath().toUpperCase()}`, 'route_not_found'],
    [`POST ${examplePath().replace('/members/', '/members/../members/')}`, 'route_not_found'],
    [`POST ${examplePath({ member_id: '..' })}`, 'invalid_id'],
    [`POST ${examplePath({ member_id: '.' })}`, 'invalid_id'],
    [`POST ${examplePath({ member_id: 'PLACE' }).replace('PLACE', '%2e%2E')}`, 'invalid_id'],
    [`POST ${examplePath({ member_id: 'PLACE' }).replace('PLACE', '%zz')}`, 'invalid_id'],
    [`POST ${examplePath({ member_id: 'PLACE' }).replace('PLACE', '%ff')}`, 'invalid_id'],
    [`POST http://api.example${examplePath()}`, 'revoked'],
    [`POST ${examplePath()}?`, 'revoked'],
    [`PROPFIND ${examplePath()}`, 'route_not_found'],
    [`CONNECT example.com:443`, 'route_not_found'],
  ]
  it.each(targets)('to %s', async (target, example) => {
    const request = `${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`
    expect(parseRawResponse(await sendRaw(mock.url, request, { halfClose: false }))).toEqual({
      status: statusOf(example),
      body: exampleBody(example),
    })
  })

  it('to every id that the contract allows', async () => {
    const allowed = fc
      .stringMatching(/^[A-Za-z0-9._-]{1,128}$/)
      .filter((id) => id !== '.' && id !== '..')
    await fc.assert(
      fc.asyncProperty(
        allowed,
        allowed,
        allowed,
        async (organization_id, member_id, connected_app_id) => {
          const ids = { organization_id, member_id, connected_app_id }
          expect((await callRevoke(mock.url, { ids })).status).toBe(200)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('to any body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
        const { status, body: responseBody } = await callRevoke(mock.url, { body, headers: json })
        expect([200, 400]).toContain(status)
        if (isStatus(status)) expect(checkResponseBody(status, responseBody)).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

it('responds to HEAD with the status and no body', async () => {
  const response = await fetch(mock.url + examplePath(), { method: 'HEAD' })
  expect([response.status, await response.text()]).toEqual([404, ''])
})

describe('a malformed HTTP request', () => {
  const malformed: [string, string][] = [
    ['not HTTP', 'hello\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000'],
    ['a header without a colon', 'POST / HTTP/1.1\r\nHost\r\n\r\n'],
    ['no Host', 'POST / HTTP/1.1\r\n\r\n'],
    [
      'two Content-Length headers',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'Content-Length with Transfer-Encoding',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['an invalid chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['headers that are too long', `POST / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`],
  ]
  it.each(malformed)("gets the contract's 400: %s", async (_what, bytes) => {
    expect(parseRawResponse(await sendRaw(mock.url, bytes, { halfClose: false }))).toEqual({
      status: 400,
      body: exampleBody('bad_request'),
    })
  })

  it('never crashes the mock, and ends in a contract response or a closed connection', async () => {
    const start = fc.constantFrom('', `POST ${examplePath()} HTTP/1.1\r\nHost: x\r\n`, 'GET / ')
    const rest = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string().map((text) => new TextEncoder().encode(text)),
    )
    await fc.assert(
      fc.asyncProperty(start, rest, async (head, bytes) => {
        const response = await sendRaw(mock.url, Buffer.concat([Buffer.from(head), bytes]))
        if (response !== '') expect(response).toMatch(/^HTTP\/1\.1 [24]\d\d /)
        expect((await callRevoke(mock.url)).status).toBe(200)
      }),
      { numRuns: 100 },
    )
  })

  it('ignores an unknown Expect header', async () => {
    const request = `POST ${examplePath()} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nExpect: magic\r\nConnection: close\r\n\r\n`
    expect(parseRawResponse(await sendRaw(mock.url, request, { halfClose: false })).status).toBe(
      200,
    )
  })
})

describe('a malformed HTTP request after a valid one', () => {
  const request = `POST ${examplePath()} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`

  it.each(['hello\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'])(
    'closes the connection while a response is pending, because a 400 would be taken for it: %j',
    async (rest) => {
      const bytes = `${request}Prefer: wait=30\r\n\r\n${rest}`
      expect(await sendRaw(mock.url, bytes, { halfClose: false })).toBe('')
    },
  )

  it('gets its own 400 after the response to the valid one', async () => {
    const server = await listen({ host: '127.0.0.1', port: 0 }, (_request, response) =>
      response.end('the response'),
    )
    try {
      const responses = await sendRaw(server.url, `${request}\r\nhello\r\n\r\n`, {
        halfClose: false,
      })
      expect(responses).toMatch(/^HTTP\/1\.1 200 .*the responseHTTP\/1\.1 400 /s)
    } finally {
      await server.close()
    }
  })
})

describe('a slow client', () => {
  const timeouts = { headersMs: 100, requestMs: 200, idleMs: 2_000 }
  const slow: [string, string][] = [
    ['headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
    ['a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc'],
  ]
  it.each(slow)('is sent a 400 and disconnected while sending %s', async (_where, bytes) => {
    const server = await listen(
      { host: '127.0.0.1', port: 0 },
      (request) => request.resume(),
      timeouts,
    )
    try {
      expect(parseRawResponse(await sendRaw(server.url, bytes, { halfClose: false })).status).toBe(
        400,
      )
    } finally {
      await server.close()
    }
  })
})

it('survives clients that disconnect in the middle of a body', async () => {
  const head = `POST ${examplePath()} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`
  await Promise.all(Array.from({ length: 20 }, () => sendRaw(mock.url, head)))
  expect((await callRevoke(mock.url)).status).toBe(200)
})

it('stops reading an endless body, and survives', async () => {
  const head = `POST ${examplePath()} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nTransfer-Encoding: chunked\r\n\r\n`
  const chunk = `100000\r\n${'a'.repeat(0x100000)}\r\n`
  const response = await sendRaw(mock.url, head + chunk.repeat(20), { halfClose: false })
  // The response can be lost, because the connection closes while the client is still sending.
  if (response !== '') expect(parseRawResponse(response).status).toBe(400)
  expect((await callRevoke(mock.url)).status).toBe(200)
})
