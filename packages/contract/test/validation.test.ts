import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { responseExamples } from '../src/examples.ts'
import { checkResponseBody, checkResponseHeaders, isStatus } from '../src/index.ts'
import { checkParameter, checkRequestBody } from '../src/request.ts'

const unauthorized = responseExamples[401].unauthorized_credentials

describe('a response body', () => {
  test('may carry an unknown error_type and unknown properties', () => {
    const body = { ...unauthorized, error_type: 'brand_new', hint: 1, error_details: { a: 1 } }
    expect(checkResponseBody(401, body)).toEqual([])
  })

  test('must carry the status_code of its status', () => {
    expect(checkResponseBody(404, unauthorized)).toEqual([
      { pointer: '/status_code', keyword: 'const', message: 'must be equal to constant' },
    ])
  })

  test.each(Object.keys(unauthorized))('must carry %s', (name) => {
    const body = Object.fromEntries(Object.entries(unauthorized).filter(([key]) => key !== name))
    expect(checkResponseBody(401, body)).toEqual([
      expect.objectContaining({ keyword: 'required', message: expect.stringContaining(name) }),
    ])
  })

  test('is refused without repeating any of it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const body = { ...unauthorized, status_code: 401, error_type: 7, secret: value }
        expect(JSON.stringify(checkResponseBody(401, body))).toBe(
          JSON.stringify(checkResponseBody(401, { ...unauthorized, error_type: 7 })),
        )
      }),
    )
  })

  test('is never accepted when it is not an object', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => typeof value !== 'object' || Array.isArray(value)),
        (value) => checkResponseBody(200, value).length > 0,
      ),
    )
  })
})

describe('the Retry-After header', () => {
  test.each([
    ['0', true],
    ['120', true],
    ['-1', false],
    ['1.5', false],
    ['0x10', false],
    ['1e3', false],
    ['Infinity', false],
    ['1, 2', false],
    ['soon', false],
    ['', false],
  ])('%j is right: %s', (value, right) => {
    const found = checkResponseHeaders(429, new Headers({ 'Retry-After': value }))
    expect(found.length === 0).toBe(right)
  })

  test('may be absent', () => {
    expect(checkResponseHeaders(429, new Headers())).toEqual([])
  })
})

describe('a parameter', () => {
  test.each([
    ['organization_id', 'acme.corp-1_a~b|c', true],
    ['organization_id', 'a'.repeat(129), false],
    ['organization_id', '.', false],
    ['organization_id', '..', false],
    ['organization_id', '...', true],
    ['organization_id', '', false],
    ['organization_id', 'a/b', false],
    ['member_id', 'okta|123', true],
    ['member_id', 'a b', false],
    ['connected_app_id', 'connected-app-test-1', true],
    ['connected_app_id', '..', false],
    ['X-Stytch-Member-Session', 'abc_-9', true],
    ['X-Stytch-Member-Session', 'abc\n', false],
    ['X-Stytch-Member-SessionJWT', 'a.b.c', true],
    ['X-Stytch-Member-SessionJWT', 'a.b', false],
  ] as const)('%s %j is right: %s', (name, value, right) => {
    expect(checkParameter(name, value).length === 0).toBe(right)
  })
})

describe('a request body', () => {
  test('is any JSON object, and nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
        expect(checkRequestBody(value).length === 0).toBe(isObject)
      }),
    )
  })
})

test('a status is one that the contract declares', () => {
  expect([200, 400, 401, 403, 404, 429, 500].every(isStatus)).toBe(true)
  expect([0, 201, 302, 405, 502, Number.NaN].some(isStatus)).toBe(false)
})
