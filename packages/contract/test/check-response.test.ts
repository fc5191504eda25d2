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

test('names a header as the contract writes it', () => {
  const headers = new Headers({ 'content-type': operation.mediaType, 'retry-after': '-1' })
  expect(checkResponse({ ...right, headers })).toEqual([
    { part: 'header', where: 'Retry-After', message: 'must be >= 0' },
  ])
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
