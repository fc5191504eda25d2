import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Operation } from '../src/index.ts'
import { checkParameter, checkRequest, checkRequestBody } from '../src/index.ts'
import { allOperations } from '../src/operations.ts'
import { exampleRequest } from './example-request.ts'

const byId = allOperations.map((operation) => [operation.operationId, operation] as const)

interface RequestChange {
  path?: Record<string, string>
  /** Those that are undefined are left out, and so is every optional one that is not named. */
  headers?: Record<string, string | undefined>
  body?: string | Uint8Array
}

/** Checks a request that satisfies the contract but for a change. */
function check(operation: Operation, { path, headers = {}, body }: RequestChange) {
  const request = exampleRequest(operation)
  for (const [name, parameter] of Object.entries(operation.parameters)) {
    if (parameter.in === 'header' && !parameter.required) request.headers.delete(name)
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) request.headers.delete(name)
    else request.headers.set(name, value)
  }
  return checkRequest(operation, {
    ...request,
    path: { ...request.path, ...path },
    body: body ?? request.body,
  })
}

describe.each(byId)('a request to %s', (_, operation) => {
  const parameters = Object.entries(operation.parameters)
  const ofPath = parameters.filter(([, parameter]) => parameter.in === 'path')
  const ofHeaders = parameters.filter(([, parameter]) => parameter.in === 'header')

  test.each(ofPath)('gets its own example for a malformed %s', (name, { errorExample }) => {
    for (const value of ['', '.', '..', '%', 'a/b', 'a b', 'a'.repeat(129), '\u0000', 'é']) {
      expect(check(operation, { path: { [name]: value } })).toEqual([
        { part: 'path', where: name, message: expect.any(String), example: errorExample },
      ])
    }
  })

  test.each(ofHeaders)('gets its own example for a malformed %s', (name, parameter) => {
    const example = parameter.errorExample
    const violation = { part: 'header', where: name, message: expect.any(String), example }
    for (const value of ['a b', '{}', 'x;y']) {
      const isAllowed = checkParameter(parameter, value).length === 0
      expect(check(operation, { headers: { [name]: value } })).toEqual(isAllowed ? [] : [violation])
    }
  })

  test.each(ofHeaders)('may leave %s out if it is optional', (name, { required }) => {
    const found = check(operation, { headers: { [name]: undefined } })
    expect(found.map(({ where }) => where)).toEqual(required ? [name] : [])
  })

  test.each(operation.exclusiveHeaders)('may not have all of $headers', ({ headers, example }) => {
    const all = headers.map((name) => [name, String(operation.parameters[name]?.example)])
    expect(check(operation, { headers: Object.fromEntries(all) })).toEqual([
      {
        part: 'header',
        where: headers.join(' and '),
        message: 'at most one of them may be sent',
        example,
      },
    ])
  })

  test('gets every violation, in the order of the document', () => {
    const wrongHeaders = ofHeaders.filter(([, each]) => checkParameter(each, 'a b').length > 0)
    const names = [...ofPath, ...wrongHeaders].map(([name]) => name)
    const expected = parameters.map(([name]) => name).filter((name) => names.includes(name))
    const found = check(operation, {
      path: Object.fromEntries(ofPath.map(([name]) => [name, '..'])),
      headers: Object.fromEntries(wrongHeaders.map(([name]) => [name, 'a b'])),
    })
    expect(found.slice(0, expected.length).map(({ where }) => where)).toEqual(expected)
    expect(found).toHaveLength(expected.length + operation.exclusiveHeaders.length)
  })

  test('never has its values repeated', () => {
    const secret = fc.stringMatching(/^ [a-z]{20}$/)
    fc.assert(
      fc.property(secret, (value) => {
        const wrong = Object.fromEntries(ofPath.map(([name]) => [name, value]))
        const found = check(operation, { path: wrong, body: value })
        expect(found).not.toEqual([])
        expect(JSON.stringify(found)).not.toContain(value.trim())
      }),
    )
  })
})

const takesBody = byId.filter(([, { request }]) => request)
const takesNone = byId.filter(([, { request }]) => !request)

test.each(takesNone)('%s ignores a body', (_, operation) => {
  expect(check(operation, { body: '{' })).toEqual([])
})

describe.each(takesBody)('the body of a request to %s', (_, operation) => {
  const { request, malformedExample: example } = operation
  const { mediaType = '' } = operation.requestBody ?? {}
  const typed = { 'content-type': mediaType }
  const text = JSON.stringify(Object.values(request?.examples ?? {})[0])
  const ofBody = (headers: Record<string, string>, body: string | Uint8Array) =>
    check(operation, { headers: { 'content-type': undefined, ...headers }, body })

  test.each([
    ['of another type', { 'content-type': 'text/plain' }, ''],
    ['of no bytes', {}, new Uint8Array()],
  ])('may be none %s, unless it is required', (__, headers, body) => {
    const missing = { part: 'body', where: '', message: 'is missing', example }
    expect(ofBody(headers, body)).toEqual(request?.required ? [missing] : [])
  })

  test.each([
    ['text', typed, text],
    ['bytes', typed, new TextEncoder().encode(text)],
    ['a type with parameters', { 'content-type': `${mediaType}; charset=utf-8` }, text],
    ['no encoding by name', { ...typed, 'content-encoding': 'Identity' }, text],
  ])('may be %s', (__, headers, body) => {
    expect(ofBody(headers, body)).toEqual([])
  })

  test.each([
    ['no type', {}, text, 'media type', ''],
    ['another type', { 'content-type': 'text/plain' }, text, 'media type', ''],
    ['an encoding', { ...typed, 'content-encoding': 'gzip' }, text, 'header', 'Content-Encoding'],
    ['half of an object', typed, '{', 'body', ''],
    ['white space', typed, ' ', 'body', ''],
    ['a list', typed, '[]', 'body', ''],
    ['null', typed, 'null', 'body', ''],
    ['a byte order mark', typed, new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 'body', ''],
    ['no UTF-8', typed, new Uint8Array([0x22, 0xff, 0x22]), 'body', ''],
  ])('may not be with %s', (__, headers, body, part, where) => {
    expect(ofBody(headers, body)).toEqual([{ part, where, message: expect.any(String), example }])
  })

  test('violates the contract if it does not match its schema, and whenever it is not an object', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
        const found = ofBody(typed, JSON.stringify(value)).map(({ where }) => where)
        expect(found).toEqual(checkRequestBody(operation, value).map(({ pointer }) => pointer))
        if (!isObject) expect(found).not.toEqual([])
      }),
    )
  })
})

// A schema that names no property is open: the contract says so of the revoke.
const takesAnyObject = takesBody.filter(([, each]) => each.requestBody?.properties.length === 0)

test.each(takesAnyObject)('the body of a request to %s may be any JSON object', (_, operation) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect(checkRequestBody(operation, value)).toEqual([])
    }),
  )
})
