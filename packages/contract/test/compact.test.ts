import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as compact from '../src/compact.ts'
import { responseExamples } from '../src/examples.ts'
import { checkResponseBody, isStatus, operation } from '../src/index.ts'

const statuses = fc.constantFrom(...operation.statuses)
const examples = fc.constantFrom(
  ...Object.values(responseExamples).flatMap((each) => Object.values(each)),
)

// An example with some properties taken away or replaced.
const damaged = fc
  .tuple(
    examples,
    fc.dictionary(
      fc.constantFrom('status_code', 'request_id', 'error_type', 'error_message', 'error_url'),
      fc.oneof(
        fc.constant(undefined),
        fc.constantFrom('', ' ', 1.5, '200'),
        statuses,
        fc.jsonValue(),
      ),
    ),
  )
  .map(([example, changes]) => ({ ...example, ...changes }))

test.each([
  ['damaged examples', damaged],
  ['any JSON', fc.jsonValue()],
])('the compact check and the compiled one agree on %s', (_, bodies) => {
  fc.assert(
    fc.property(statuses, bodies, (status, body) => {
      const [first] = checkResponseBody(status, body)
      const all = compact.checkResponseBody(status, body)
      expect(all.length > 0).toBe(first !== undefined)
      if (first) {
        const { pointer, keyword } = first
        expect(all).toContainEqual({ pointer, keyword, message: expect.any(String) })
      }
    }),
    { numRuns: 2_000 },
  )
})

test('the compact check names each violation, and none of the values', () => {
  const body = { status_code: 200, request_id: '', error_type: 7, error_message: 'm' }
  expect(compact.checkResponseBody(401, body)).toEqual([
    { pointer: '/status_code', keyword: 'const', message: 'must satisfy const 401' },
    { pointer: '', keyword: 'required', message: 'must satisfy required error_url' },
    { pointer: '/request_id', keyword: 'pattern', message: 'must satisfy pattern \\S' },
    { pointer: '/error_type', keyword: 'type', message: 'must satisfy type string' },
  ])
})

test('the compact entry knows the same operation and statuses', () => {
  const { mediaType, operationId, path, servers } = compact
  expect(operation).toMatchObject({ mediaType, operationId, path, servers })
  expect(compact.isStatus).toBe(isStatus)
})
