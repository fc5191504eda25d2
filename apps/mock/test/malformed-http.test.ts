import { contract } from '@connected-apps/contract/operations'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startServer } from '../src/http/server.ts'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { authorization, call } from './call.ts'
import { anyOperation, rawRequest } from './operations.ts'
import { exchangeRaw, parseRawResponse, sendRaw } from './send-raw.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

const malformed = { status: contract.malformed.status, body: contract.malformed.body }

describe('a malformed HTTP request', () => {
  const requests: [string, string][] = [
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
  it.each(requests)("gets the contract's response to it: %s", async (_what, bytes) => {
    expect(await exchangeRaw(mock.url, bytes)).toEqual(malformed)
  })

  it('never crashes the mock, and ends in a contract response or a closed connection', async () => {
    const { method, target } = exampleRequest(anyOperation)
    const start = fc.constantFrom('', `${method} ${target} HTTP/1.1\r\nHost: x\r\n`, 'GET / ')
    const rest = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string().map((text) => new TextEncoder().encode(text)),
    )
    await fc.assert(
      fc.asyncProperty(start, rest, async (head, bytes) => {
        const response = await sendRaw(mock.url, Buffer.concat([Buffer.from(head), bytes]))
        if (response !== '') expect(response).toMatch(/^HTTP\/1\.1 [24]\d\d /)
        await expectSuccess()
      }),
      { numRuns: 100 },
    )
  })

  it('is not one with an unknown Expect header, which is ignored', async () => {
    const response = await exchangeRaw(
      mock.url,
      rawRequest(anyOperation, { headers: 'Expect: magic\r\n' }),
    )
    expect(response.status).toBe(anyOperation.successStatus)
  })
})

describe('a malformed HTTP request after a valid one', () => {
  const { method, target } = exampleRequest(anyOperation)
  const request = `${method} ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`

  it.each(['hello\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'])(
    'closes the connection while a response is pending, because a 400 would be taken for it: %j',
    async (rest) => {
      const bytes = `${request}Prefer: wait=30\r\n\r\n${rest}`
      expect(await sendRaw(mock.url, bytes, { halfClose: false })).toBe('')
    },
  )

  it('gets its own 400 after the response to the valid one', async () => {
    const server = await startServer({ host: '127.0.0.1', port: 0 }, (_request, response) =>
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
  const timeouts = { headersTimeout: 100, requestTimeout: 200 }
  const slow: [string, string][] = [
    ['headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
    ['a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc'],
  ]
  it.each(slow)('is sent a 400 and disconnected while sending %s', async (_where, bytes) => {
    const server = await startServer(
      { host: '127.0.0.1', port: 0 },
      (request) => request.resume(),
      timeouts,
    )
    try {
      const response = await sendRaw(server.url, bytes, { halfClose: false })
      expect(parseRawResponse(response)).toEqual(malformed)
    } finally {
      await server.close()
    }
  })
})

it('survives clients that disconnect in the middle of a body', async () => {
  const { method, target } = exampleRequest(anyOperation)
  const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`
  await Promise.all(Array.from({ length: 20 }, () => sendRaw(mock.url, head)))
  await expectSuccess()
})

it('stops reading an endless body, and survives', async () => {
  const head = rawRequest(anyOperation, { headers: 'Transfer-Encoding: chunked\r\n' })
  const chunk = `100000\r\n${'a'.repeat(0x100000)}\r\n`
  const response = await sendRaw(mock.url, head + chunk.repeat(20), { halfClose: false })
  // The response can be lost, because the connection closes while the client is still sending.
  if (response !== '') expect(parseRawResponse(response).status).toBe(400)
  await expectSuccess()
})

async function expectSuccess(): Promise<void> {
  expect((await call(mock.url, anyOperation)).status).toBe(anyOperation.successStatus)
}
