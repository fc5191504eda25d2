import { expect, it } from 'vitest'
import { prismViolations } from '../src/response-violations.ts'
import type { ContractViolation } from '../src/violation-log.ts'

it("takes over what Prism found, with the body's place as a JSON Pointer", () => {
  const found = [
    { path: ['body', 'a/b', '0'], message: 'must be string' },
    { path: ['header', 'retry-after'], message: 'must be integer' },
    { path: ['body'], message: 'must be object' },
    { message: 'the media type does not match' },
  ]
  expect(prismViolations('response', found, [])).toEqual([
    { direction: 'response', where: 'body', pointer: '/a~1b/0', message: 'must be string' },
    { direction: 'response', where: 'header retry-after', message: 'must be integer' },
    { direction: 'response', where: 'body', message: 'must be object' },
    { direction: 'response', where: 'message', message: 'the media type does not match' },
  ])
})

it('leaves out what is known already', () => {
  const known: ContractViolation[] = [
    { direction: 'response', where: 'body', pointer: '/request_id', message: 'must be string' },
  ]
  const found = [
    { path: ['body', 'request_id'], message: 'Response body property must be string' },
    { path: ['body', 'status_code'], message: 'must be 200' },
  ]
  expect(prismViolations('response', found, known)).toMatchObject([{ pointer: '/status_code' }])
})

it('leaves out what Prism has no place for when the status or the media type is known to be wrong', () => {
  const known: ContractViolation[] = [{ direction: 'response', where: 'status', message: 'no' }]
  expect(prismViolations('response', [{ message: 'Unable to match' }], known)).toEqual([])
})
