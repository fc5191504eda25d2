import { expect, test } from 'vitest'
import { describeFinding } from '../src/index.ts'
import { judge } from '../src/judge.ts'
import { rightResponse } from './provider.ts'

function describeAll(change: { status?: number; headers?: Record<string, string>; body?: string }) {
  const right = { ...rightResponse('too_many_requests'), ...change }
  const received = { ...right, headers: new Headers(right.headers) }
  return judge(received, 'too_many_requests').map(describeFinding)
}

test('says nothing of the right answer', () => {
  expect(describeAll({})).toEqual([])
})

test('says what is wrong with an answer, part by part', () => {
  expect(describeAll({ headers: { 'retry-after': 'soon' }, body: '' })).toEqual([
    '429 media type: content-type is missing; application/json is declared',
    String.raw`429 header Retry-After: must match pattern "^-?\d+$"`,
    '429 body: is empty',
  ])
})

test('says of another status what was asked for, and what else is wrong', () => {
  expect(describeAll({ status: 401, body: '' })).toEqual([
    '401 status: the contract answers 429 to this request',
    '401 body: is empty',
  ])
})

test('takes an error that the contract does not know, but none that it has for something else', () => {
  const withType = (error_type: string) => {
    const body: object = JSON.parse(String(rightResponse('too_many_requests').body))
    return describeAll({ body: JSON.stringify({ ...body, error_type }) })
  }
  expect(withType('quota_exhausted')).toEqual([])
  expect(withType('unauthorized_credentials')).toEqual([
    '429 body /error_type: is unauthorized_credentials; the contract answers too_many_requests to this request',
  ])
})
