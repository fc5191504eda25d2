import { checkResponseBody } from '@connected-apps/contract'
import { allOperations, contract, matchOperation } from '@connected-apps/contract/operations'
import { maxBodyBytes } from '@connected-apps/scenarios'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startServer } from '../src/http/server.ts'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { authorization, call } from './call.ts'
import type { CallOptions } from './call.ts'
import {
  anyOperation,
  bodyOperations,
  first,
  isAllowed,
  malformedValues,
  rawRequest,
  responseOf,
  statusOf,
  successOf,
} from './operations.ts'
import { parseRawResponse, sendRaw } from './send-raw.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

const unmatched = { status: contract.unmatched.status, body: contract.unmatched.body }
const malformed = { status: contract.malformed.status, body: contract.malformed.body }

type Row = [what: string, init: CallOptions, example: string]

describe.each(allOperations)('$operationId responds as the contract defines', (operation) => {
  const { parameters, exclusiveHeaders, security, mediaType } = operation
  const success = successOf(operation)
  const [scheme] = security

  const expectExample = async (init: CallOptions, example: string) => {
    const { status, headers, body } = await call(mock.url, operation, init)
    expect({ status, body }).toEqual(responseOf(operation, example))
    expect(headers.get('content-type')).toBe(mediaType)
  }

  it.each<Row>([
    ['nothing optional', {}, success],
    ['an Accept that excludes JSON', { headers: { accept: 'text/html' } }, success],
    ['an unknown query', { query: '?a=b&a=c' }, success],
    ...(operation.request?.required
      ? []
      : ([
          ['a Content-Type without a body', { headers: { 'content-type': mediaType } }, success],
          [
            'another Content-Type without a body',
            { headers: { 'content-type': 'text/plain' } },
            success,
          ],
        ] satisfies Row[])),
  ])('to a request with %s', async (_what, init, example) => {
    await expectExample(init, example)
  })

  it.each(Object.entries(parameters))('to a request with %s', async (name, { example }) => {
    await expectExample({ values: { [name]: String(example) } }, success)
  })

  const malformedParameters = Object.entries(parameters).flatMap(([name, parameter]) =>
    malformedValues(operation, name)
      // fetch takes these segments out of the path, and sends Latin-1 as something else.
      .filter((value) => !/^\.{1,2}$|\u00E4/.test(value) || parameter.in === 'query')
      .map((value): Row => [
        `${name} as ${JSON.stringify(value.slice(0, 9))}`,
        { values: { [name]: value } },
        parameter.errorExample,
      ]),
  )
  it.each(malformedParameters)(
    'to a request with the malformed %s',
    async (_what, init, example) => {
      await expectExample(init, example)
    },
  )

  it('to a request with headers that exclude each other', async () => {
    for (const { headers, example } of exclusiveHeaders) {
      const values = headers.map((name) => [name, String(parameters[name]?.example)])
      await expectExample({ values: Object.fromEntries(values) }, example)
    }
  })

  const wrongCredentials = [
    ['none', ''],
    ['a Bearer token', 'Bearer abc'],
    ['Basic that is not base64', 'Basic ***'],
    ['Basic without a colon', `Basic ${btoa('project')}`],
    ['Basic without a project_id', `Basic ${btoa(':secret')}`],
    ['Basic without a secret', `Basic ${btoa('project:')}`],
  ] as const
  it.runIf(scheme).each(wrongCredentials)('to credentials that are %s', async (_what, value) => {
    await expectExample({ headers: { authorization: value } }, scheme?.example ?? '')
  })

  it.runIf(scheme)('to credentials that are sent twice, whichever of them is valid', async () => {
    for (const other of [authorization, 'Bearer abc']) {
      const request = rawRequest(operation, { headers: `Authorization: ${other}\r\n` })
      const response = await sendRaw(mock.url, request, { halfClose: false })
      expect(parseRawResponse(response)).toEqual(responseOf(operation, scheme?.example ?? ''))
    }
  })

  it.runIf(operation.requestBody)('to a content type that is sent twice', async () => {
    const header = `Content-Type: ${operation.requestBody?.mediaType}\r\n`
    const isEmpty = exampleRequest(operation).body === undefined
    const [length, body] = isEmpty ? ['Content-Length: 2\r\n', '{}'] : ['', '']
    const request = rawRequest(operation, { headers: header + header + length }) + body
    const response = await sendRaw(mock.url, request, { halfClose: false })
    expect(parseRawResponse(response)).toMatchObject({
      status: statusOf(operation, operation.malformedExample),
    })
  })

  it.runIf(scheme)('to missing credentials before any other violation', async () => {
    for (const name of Object.keys(parameters)) {
      const values = { [name]: first(malformedValues(operation, name)) }
      await expectExample({ values, headers: { authorization: '' } }, scheme?.example ?? '')
    }
  })

  it('to a secret with colons', async () => {
    await expectExample({ headers: { authorization: `Basic ${btoa('project:a:b:')}` } }, success)
  })

  it('to every value of its path parameters that the contract allows', async () => {
    const legal = (name: string) =>
      fc
        .stringMatching(/^[\w.~|-]{1,128}$/)
        .filter((value) => value !== '.' && value !== '..')
        .filter((value) => isAllowed(operation, name, value))
    const values = operation.pathParameters.map((name) => [name, legal(name)])
    await fc.assert(
      fc.asyncProperty(fc.record(Object.fromEntries(values)), async (path) => {
        expect((await call(mock.url, operation, { values: path })).status).toBe(
          operation.successStatus,
        )
      }),
      { numRuns: 30 },
    )
  })

  it('to dot segments and broken percent-encodings in its path', async () => {
    for (const name of operation.pathParameters) {
      const { target } = exampleRequest(operation, { [name]: 'SEGMENT' })
      for (const segment of ['..', '.', '%2e%2E', '%zz', '%ff'].filter(
        (each) => !isAllowed(operation, name, each.replace('%2e%2E', '..')),
      )) {
        const request = rawRequest(operation, { target: target.replace('SEGMENT', segment) })
        expect(await respondTo(request)).toEqual(
          responseOf(operation, parameters[name]?.errorExample ?? ''),
        )
      }
    }
  })

  it('to an absolute target and to an empty query', async () => {
    const { target } = exampleRequest(operation)
    const empty = target.includes('?') ? '&' : '?'
    for (const each of [`http://api.example${target}`, target + empty]) {
      const response = await respondTo(rawRequest(operation, { target: each }))
      expect(response).toEqual(responseOf(operation, success))
    }
  })

  it('to a path that differs in its case, its end or its segments, with the unmatched route', async () => {
    const { target } = exampleRequest(operation)
    const targets = [
      target.replace(/\?|$/, '/$&'),
      target.toUpperCase(),
      target.replace(/^\/[^/]+/, '$&/../$&'),
    ]
    for (const each of targets) {
      expect(await respondTo(rawRequest(operation, { target: each }))).toEqual(unmatched)
    }
  })

  const { target } = exampleRequest(operation)
  const otherMethods = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'].filter(
    (method) => !matchOperation(method, target),
  )
  it.each(otherMethods)('to %s with the unmatched route', async (method) => {
    const { status, body } = await call(mock.url, operation, { method })
    expect({ status, body }).toEqual(unmatched)
  })
})

describe.each(bodyOperations)('the body of $operationId', (operation) => {
  const mediaType = operation.requestBody?.mediaType ?? ''
  const examples = Object.entries(operation.request?.examples ?? {})
  const [[, example] = ['', {}]] = examples
  const body = JSON.stringify(example)
  const json = { 'content-type': mediaType }
  const success = successOf(operation)
  const rejected = operation.malformedExample

  it.each<Row>([
    ...examples.map(([name, value]): Row => [name, { body: JSON.stringify(value), headers: json }, success]),
    ['a charset', { body, headers: { 'content-type': `${mediaType}; charset=utf-8` } }, success],
    ['a broken media type parameter', { body, headers: { 'content-type': `${mediaType}; charset` } }, success],
    ['malformed JSON', { body: '{"a":', headers: json }, rejected],
    ['JSON that is not an object', { body: '[]', headers: json }, rejected],
    ['JSON null', { body: 'null', headers: json }, rejected],
    ['bytes that are not UTF-8', { body: new Uint8Array([0x22, 0xff, 0x22]), headers: json }, rejected],
    ['a form body', { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, rejected],
    ['no media type', { body: new TextEncoder().encode(body) }, rejected],
    ['a compressed body', { body, headers: { ...json, 'content-encoding': 'gzip' } }, rejected],
    ['a body that is too long', { body: ' '.repeat(maxBodyBytes + 1), headers: json }, rejected],
  ])('gets the response of the contract: %s', async (_what, init, name) => {
    const response = await call(mock.url, operation, init)
    expect(response).toMatchObject(responseOf(operation, name))
  }) // prettier-ignore

  it('gets a response of the contract, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
        const response = await call(mock.url, operation, { body: text, headers: json })
        const expected = [operation.successStatus, responseOf(operation, rejected).status]
        expect(expected).toContain(response.status)
        expect(checkResponseBody(operation, response.status, response.body)).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

const bodilessOperations = allOperations.filter(({ requestBody }) => !requestBody)
it.each(bodilessOperations)('ignores a body that $operationId does not take', async (operation) => {
  const request = rawRequest(operation, { headers: 'Content-Length: 1\r\n' })
  expect(await respondTo(`${request}{`)).toEqual(responseOf(operation, successOf(operation)))
})

it.each(['POST / HTTP/1.1', 'POST * HTTP/1.1', 'CONNECT example.com:443 HTTP/1.1'])(
  'responds to %s with the unmatched route',
  async (requestLine) => {
    const request = `${requestLine}\r\nHost: x\r\nConnection: close\r\n\r\n`
    expect(await respondTo(request)).toEqual(unmatched)
  },
)

it.each(allOperations)(
  'responds to HEAD of $operationId with a status and no body',
  async (operation) => {
    const response = await fetch(mock.url + exampleRequest(operation).target, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([contract.unmatched.status, ''])
  },
)

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
    expect(await respondTo(bytes)).toEqual(malformed)
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
    const response = await respondTo(rawRequest(anyOperation, { headers: 'Expect: magic\r\n' }))
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

async function respondTo(bytes: string): Promise<{ status: number; body: unknown }> {
  return parseRawResponse(await sendRaw(mock.url, bytes, { halfClose: false }))
}
