import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Operation } from '../src/index.ts'
import {
  checkParameter,
  checkResponse,
  checkResponseBody,
  checkResponseHeaders,
  declaresStatus,
  hasMediaType,
} from '../src/index.ts'
import { allOperations } from '../src/operations.ts'

const bytes = (...parts: number[]) => new Uint8Array(parts)
const utf8 = (text: string) => new TextEncoder().encode(text)

/** A response of the contract, for each status of each operation. */
const responses = allOperations.flatMap((operation) =>
  Object.entries(operation.examples).map(([name, { status, body }]) => {
    const headers: Record<string, string> = { 'content-type': operation.mediaType }
    for (const [header, { example }] of Object.entries(operation.responseHeaders[status] ?? {})) {
      headers[header] = String(example)
    }
    const title = `${operation.operationId} ${name}`
    return { title, operation, status, headers, body, text: JSON.stringify(body) }
  }),
)

describe.each(responses)('the response $title', ({ operation, status, headers, body, text }) => {
  const check = (change: { headers?: Record<string, string>; body?: string | Uint8Array }) => {
    const response = { headers, body: text, ...change }
    return checkResponse(operation, { status, ...response, headers: new Headers(response.headers) })
  }
  const json = headers['content-type'] ?? ''

  test('satisfies the contract as text, as bytes, and with properties that are not declared', () => {
    expect(check({})).toEqual([])
    expect(check({ body: utf8(text) })).toEqual([])
    expect(check({ body: JSON.stringify({ ...Object(body), hint: { a: [1] } }) })).toEqual([])
    expect(check({ headers: { ...headers, 'content-type': `${json};charset=utf-8` } })).toEqual([])
  })

  test.each([
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, ...utf8(text)), 'is not JSON'],
    ['a byte order mark as text', `\uFEFF${text}`, 'is not JSON'],
    ['bytes that are not UTF-8', bytes(0x22, 0xff, 0x22), 'is not UTF-8'],
    ['UTF-16', bytes(0x7b, 0x00, 0x7d, 0x00), 'is not JSON'],
    ['half of it', text.slice(0, -1), 'is not JSON'],
    ['nothing', bytes(), 'is empty'],
    ['white space', ' \n', 'is empty'],
    ['HTML', '<html>', 'is not JSON; it looks like HTML'],
  ])('violates it with %s', (_, wrong, message) => {
    expect(check({ body: wrong })).toEqual([{ part: 'body', where: '', message }])
  })

  test.each(['gzip', 'br, identity', 'GZIP'])(
    'violates it once if the bytes are still in %s',
    (encoding) => {
      const encoded = { ...headers, 'content-encoding': encoding }
      const message = 'names an encoding that was not removed from the body'
      expect(check({ headers: encoded, body: bytes(0x1f, 0x8b, 0x08, 0x00) })).toEqual([
        { part: 'header', where: 'Content-Encoding', message },
      ])
      expect(check({ headers: encoded })).toEqual([]) // text has been decoded
    },
  )

  test('satisfies it with an encoding that means none', () => {
    for (const encoding of ['identity', 'Identity', '']) {
      const encoded = { ...headers, 'content-encoding': encoding }
      expect(check({ headers: encoded, body: utf8(text) })).toEqual([])
    }
  })

  test('violates it with two media types, even if the second comes after a parameter', () => {
    const message = 'content-type is sent more than once'
    for (const type of [`${json};charset=utf-8, text/html`, `${json}, ${json}`]) {
      const repeated = { ...headers, 'content-type': type }
      expect(check({ headers: repeated })).toEqual([{ part: 'media type', where: '', message }])
    }
    const quoted = { ...headers, 'content-type': `${json};a="b,\\",c"` }
    expect(check({ headers: quoted })).toEqual([])
  })

  test('violates it without any of its required properties, all of which are named', () => {
    const missing = checkResponseBody(operation, status, {})
    expect(missing).not.toEqual([])
    for (const { pointer, keyword, message } of missing) {
      expect({ pointer, keyword }).toEqual({ pointer: '', keyword: 'required' })
      const [, name = ''] = /'(\w+)'$/.exec(message) ?? []
      expect(body).toHaveProperty(name)
    }
  })

  test('violates it with the status_code of another status', () => {
    expect(check({ body: JSON.stringify({ ...Object(body), status_code: 299 }) })).toEqual([
      { part: 'body', where: '/status_code', message: 'must be equal to constant' },
    ])
  })

  test('violates it if it is anything but an object', () => {
    const others = fc
      .jsonValue()
      .filter((value) => typeof value !== 'object' || value === null || Array.isArray(value))
    fc.assert(
      fc.property(others, (value) => checkResponseBody(operation, status, value).length > 0),
    )
  })

  test('never has its values repeated', () => {
    const secret = 'mZAYn5aLEqKUlZ'
    for (const wrong of [secret, `{"${secret}`, JSON.stringify({ status_code: secret })]) {
      const found = check({ body: wrong })
      expect(found).not.toEqual([])
      expect(JSON.stringify(found)).not.toContain(secret)
    }
  })

  test.each([
    [{}, 'missing'],
    [{ 'content-type': 'text/html; charset=utf-8' }, 'text/html'],
  ])('violates it with the content type of %j', (ofType, found) => {
    const { 'content-type': _, ...others } = headers
    expect(check({ headers: { ...others, ...ofType } })).toEqual([
      { part: 'media type', where: '', message: `content-type is ${found}; ${json} is declared` },
    ])
  })
})

describe.each(allOperations)('the statuses of $operationId', (operation) => {
  test('are those with a schema', () => {
    for (const status of Object.keys(operation.responseBodies).map(Number)) {
      expect(declaresStatus(operation, status)).toBe(true)
    }
    expect([0, 299, 600, Number.NaN].some((status) => declaresStatus(operation, status))).toBe(
      false,
    )
  })

  test('are listed when a response has another one, whose body is not checked', () => {
    const given = { status: 299, headers: new Headers(), body: '<html>' }
    const declared = Object.keys(operation.responseBodies).join(', ')
    expect(checkResponse(operation, given)).toEqual([
      { part: 'status', where: '', message: `is not declared; ${declared} are` },
    ])
    expect(checkResponseBody(operation, 299, 'anything')).toEqual([])
    expect(checkResponseHeaders(operation, 299, new Headers())).toEqual([])
  })
})

// Whichever header is a number: today one that says how many seconds to wait.
const numbers = allOperations.flatMap(({ operationId, responseHeaders }) =>
  Object.entries(responseHeaders).flatMap(([status, headers]) =>
    Object.entries(headers)
      .filter(([, { example }]) => Number.isInteger(example))
      .map(([name, header]) => ({ title: `${operationId} ${status} ${name}`, name, header })),
  ),
)

describe.each(numbers)('the header $title', ({ name, header }) => {
  test.each(['0', '120'])('may be %j', (value) => {
    expect(checkParameter(header, value)).toEqual([])
  })

  test.each(['-1', '1.5', '0x10', '1e3', 'Infinity', '1, 2', 'soon', ''])(
    'may not be %j',
    (value) => {
      expect(checkParameter(header, value)).not.toEqual([])
    },
  )

  test('is named when it is wrong, and when it is missing though required', () => {
    const required: Operation = {
      ...Object(allOperations[0]),
      responseHeaders: { 299: { [name]: { ...header, required: true } } },
    }
    const check = (headers: Headers) => checkResponseHeaders(required, 299, headers)
    expect(check(new Headers({ [name]: '-1' }))).toEqual([
      { part: 'header', where: name, message: 'must be >= 0' },
    ])
    expect(check(new Headers())).toEqual([{ part: 'header', where: name, message: 'is missing' }])
  })
})

test.each(['', 'json', '\u001B[31mred', `text/${'x'.repeat(60)}`, 'a/b\n::error::c'])(
  'does not repeat the content type %j',
  (contentType) => {
    const [response] = responses
    const [violation] = response
      ? checkResponse(response.operation, {
          status: response.status,
          headers: { get: () => contentType },
          body: response.text,
        })
      : []
    expect(violation?.message).toContain('content-type is not a media type; ')
  },
)

test.each([
  ['application/json', true],
  ['Application/JSON ; charset=utf-8', true],
  ['application/json;', true],
  ['application/jsonp', false],
  ['application/json, text/html', false],
  ['text/plain', false],
  [';', false],
  ['', false],
  [null, false],
  [undefined, false],
])('the Content-Type %j names application/json: %s', (contentType, expected) => {
  expect(hasMediaType(contentType, 'application/json')).toBe(expected)
})
