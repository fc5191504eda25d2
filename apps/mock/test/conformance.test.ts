import { checkResponseBody } from '@connected-apps/contract'
import { allOperations, contract, matchOperation } from '@connected-apps/contract/operations'
import { maxBodyBytes } from '@connected-apps/scenarios'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { authorization, call } from './call.ts'
import type { CallOptions } from './call.ts'
import {
  bodyOperations,
  first,
  isAllowed,
  malformedValues,
  rawRequest,
  responseOf,
  statusOf,
  successOf,
} from './operations.ts'
import { exchangeRaw } from './send-raw.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

const unmatched = { status: contract.unmatched.status, body: contract.unmatched.body }

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
      expect(await exchangeRaw(mock.url, request)).toEqual(
        responseOf(operation, scheme?.example ?? ''),
      )
    }
  })

  it.runIf(operation.requestBody)('to a content type that is sent twice', async () => {
    const header = `Content-Type: ${operation.requestBody?.mediaType}\r\n`
    const isEmpty = exampleRequest(operation).body === undefined
    const [length, body] = isEmpty ? ['Content-Length: 2\r\n', '{}'] : ['', '']
    const request = rawRequest(operation, { headers: header + header + length }) + body
    expect(await exchangeRaw(mock.url, request)).toMatchObject({
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
        expect(await exchangeRaw(mock.url, request)).toEqual(
          responseOf(operation, parameters[name]?.errorExample ?? ''),
        )
      }
    }
  })

  it('to an absolute target and to an empty query', async () => {
    const { target } = exampleRequest(operation)
    const empty = target.includes('?') ? '&' : '?'
    for (const each of [`http://api.example${target}`, target + empty]) {
      const response = await exchangeRaw(mock.url, rawRequest(operation, { target: each }))
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
      expect(await exchangeRaw(mock.url, rawRequest(operation, { target: each }))).toEqual(
        unmatched,
      )
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
  expect(await exchangeRaw(mock.url, `${request}{`)).toEqual(
    responseOf(operation, successOf(operation)),
  )
})

it.each(['POST / HTTP/1.1', 'POST * HTTP/1.1', 'CONNECT example.com:443 HTTP/1.1'])(
  'responds to %s with the unmatched route',
  async (requestLine) => {
    const request = `${requestLine}\r\nHost: x\r\nConnection: close\r\n\r\n`
    expect(await exchangeRaw(mock.url, request)).toEqual(unmatched)
  },
)

it.each(allOperations)(
  'responds to HEAD of $operationId with a status and no body',
  async (operation) => {
    const response = await fetch(mock.url + exampleRequest(operation).target, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([contract.unmatched.status, ''])
  },
)
