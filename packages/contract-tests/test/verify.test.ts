import { expect, test } from 'vitest'
import { describeViolation } from '../src/index.ts'
import { verifyResponse } from '../src/verify.ts'
import { validResponse } from './support/provider.ts'

function violationsOf(change: {
  status?: number
  headers?: Record<string, string>
  body?: string
}) {
  const response = { ...validResponse('too_many_requests'), ...change }
  const received = { ...response, headers: new Headers(response.headers) }
  return verifyResponse(received, 'too_many_requests').map(describeViolation)
}

test('reports nothing for the expected response', () => {
  expect(violationsOf({})).toEqual([])
})

test('reports a violation for each invalid part of a response', () => {
  expect(violationsOf({ headers: { 'retry-after': 'soon' }, body: '' })).toEqual([
    '429 media type: content-type is missing; application/json is declared',
    String.raw`429 header Retry-After: must match pattern "^-?\d+$"`,
    '429 body: is empty',
  ])
})

test('reports an unexpected status together with the other violations', () => {
  expect(violationsOf({ status: 401, body: '' })).toEqual([
    '401 status: the contract defines 429 for this request',
    '401 body: is empty',
  ])
})

test('accepts an error_type that the contract does not list, but none that it lists for another request', () => {
  const withType = (error_type: string) => {
    const body: object = JSON.parse(String(validResponse('too_many_requests').body))
    return violationsOf({ body: JSON.stringify({ ...body, error_type }) })
  }
  expect(withType('quota_exhausted')).toEqual([])
  expect(withType('unauthorized_credentials')).toEqual([
    '429 body /error_type: is unauthorized_credentials; the contract defines too_many_requests for this request',
  ])
})
