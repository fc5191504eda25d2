import { expect, test } from 'vitest'
import { describeViolation } from '../src/index.ts'
import { verifyResponse } from '../src/verify.ts'
import { exampleOf, safeOperation, statusOf } from './support/operations.ts'
import { validResponse } from './support/provider.ts'

const limited = exampleOf(safeOperation, 'limit')
const status = statusOf(safeOperation, 'limit')
const [security] = safeOperation.security

function violationsOf(change: {
  status?: number
  headers?: Record<string, string>
  body?: string
}) {
  const response = { ...validResponse(safeOperation, limited), ...change }
  const received = { ...response, headers: new Headers(response.headers) }
  return verifyResponse(safeOperation, received, limited).map(describeViolation)
}

test('reports nothing for the expected response', () => {
  expect(violationsOf({})).toEqual([])
})

test('reports a violation for each invalid part of a response', () => {
  const parts = violationsOf({ headers: { 'retry-after': 'soon' }, body: '' }).map((line) =>
    line.replace(/: .*/, ''),
  )
  expect(new Set(parts)).toEqual(
    new Set([`${status} media type`, `${status} header Retry-After`, `${status} body`]),
  )
})

test('reports an unexpected status together with the other violations', () => {
  const { successStatus } = safeOperation
  expect(violationsOf({ status: successStatus, body: '' })).toEqual([
    `${successStatus} status: the contract defines ${status} for this request`,
    `${successStatus} body: is empty`,
  ])
})

test('accepts an error_type that the contract does not list, but not one that it lists for another request', () => {
  const withType = (error_type: string) => {
    const body: object = JSON.parse(String(validResponse(safeOperation, limited).body))
    return violationsOf({ body: JSON.stringify({ ...body, error_type }) })
  }
  expect(withType('quota_exhausted')).toEqual([])
  const listed = security?.example ?? ''
  expect(withType(listed)).toEqual([
    `${status} body /error_type: is ${listed}; the contract defines ${limited} for this request`,
  ])
})
