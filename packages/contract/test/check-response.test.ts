import { expect, test } from 'vitest'
import { responseExamples } from '../src/examples.ts'
import { checkResponse, operation } from '../src/index.ts'

const right = {
  status: 429,
  headers: new Headers({ 'content-type': operation.mediaType, 'retry-after': '1' }),
  body: JSON.stringify(responseExamples[429].too_many_requests),
}
const bytes = (...parts: number[]) => new Uint8Array(parts)
const utf8 = (text: string) => new TextEncoder().encode(text)

test('finds nothing wrong with an answer of the contract, as text and as bytes', () => {
  expect(checkResponse(right)).toEqual([])
  expect(checkResponse({ ...right, body: utf8(right.body) })).toEqual([])
})

test.each([
  ['a byte order mark', bytes(0xef, 0xbb, 0xbf, ...utf8(right.body)), 'is not JSON'],
  ['a byte order mark as text', `\uFEFF${right.body}`, 'is not JSON'],
  ['bytes that are not UTF-8', bytes(0x22, 0xff, 0x22), 'is not UTF-8'],
  ['UTF-16', bytes(0x7b, 0x00, 0x7d, 0x00), 'is not JSON'],
  ['nothing', bytes(), 'is empty'],
  ['white space', ' \n', 'is empty'],
  ['HTML', '<html>', 'is not JSON; it looks like HTML'],
])('refuses %s', (_, body, message) => {
  expect(checkResponse({ ...right, body })).toEqual([{ part: 'body', where: '', message }])
})

test('says of a status that is not declared only that', () => {
  expect(checkResponse({ status: 503, headers: new Headers(), body: '<html>' })).toEqual([
    { part: 'status', where: '', message: `is not declared; ${operation.statuses.join(', ')} are` },
  ])
})

const json = { 'content-type': operation.mediaType }
const fields = (change: object) => JSON.stringify({ ...JSON.parse(right.body), ...change })

test.each([
  ['body', '/error_type', { body: fields({ error_type: 7 }) }, 'must be string'],
  [
    'body',
    '',
    { body: fields({ request_id: undefined }) },
    "must have required property 'request_id'",
  ],
  ['body', '', { body: '{"a' }, 'is not JSON'],
  ['header', 'Retry-After', { headers: { ...json, 'retry-after': '-1' } }, 'must be >= 0'],
  [
    'media type',
    '',
    { headers: { 'content-type': 'text/html; charset=utf-8' } },
    'content-type is text/html; application/json is declared',
  ],
  ['media type', '', { headers: {} }, 'content-type is missing; application/json is declared'],
])('names the part %s and the place %j', (part, where, change, message) => {
  const answer = { ...right, ...change }
  expect(checkResponse({ ...answer, headers: new Headers(answer.headers) })).toEqual([
    { part, where, message },
  ])
})

test('never quotes a body', () => {
  const secret = 'mZAYn5aLEqKUlZ'
  for (const body of [secret, `{"${secret}`, JSON.stringify({ status_code: secret })]) {
    const found = checkResponse({ ...right, body })
    expect(found).not.toEqual([])
    expect(JSON.stringify(found)).not.toContain(secret)
  }
})

test.each(['', 'json', '\u001B[31mred', `text/${'x'.repeat(60)}`, 'a/b\n::error::c'])(
  'does not repeat the content type %j',
  (contentType) => {
    expect(checkResponse({ ...right, headers: { get: () => contentType } })[0]).toEqual({
      part: 'media type',
      where: '',
      message: 'content-type is no media type; application/json is declared',
    })
  },
)
