import { expect, test } from 'vitest'
import { allOperations } from '@connected-apps/contract/operations'
import { checkDocument } from '../src/index.ts'

test("checks every example in the contract's document against its schema", () => {
  const checks = checkDocument()
  expect(checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
  const names = checks.map(({ name }) => name)
  for (const { examples, parameters, responseHeaders, request } of allOperations) {
    const expected = [
      ...Object.entries(examples).map(
        ([name, { status }]) => `response ${status}, example ${name}`,
      ),
      ...Object.keys(parameters).map((name) => `parameter ${name}`),
      ...Object.entries(responseHeaders).flatMap(([status, headers]) =>
        Object.keys(headers).map((name) => `response ${status}, header ${name}`),
      ),
      ...Object.keys(request?.examples ?? {}).map((name) => `request body, example ${name}`),
    ]
    expect(names).toEqual(expect.arrayContaining(expected))
  }
})

test('checks an example that operations share once', () => {
  const names = checkDocument().map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

test('reports an example that does not match its schema, and names the operation if others have a valid one', () => {
  const [first, ...others] = allOperations
  if (first === undefined) throw new Error('the contract has no operation')
  const [security] = first.security
  const name = security?.example ?? ''
  const { status = 0, ...example } = first.examples[name] ?? {}
  const examples = { ...first.examples, [name]: { ...example, status, body: {} } }
  const invalid = { ...first, examples } as typeof first // the spread loses that the example is complete
  const failed = checkDocument([invalid, ...others]).filter(({ outcome }) => outcome === 'failed')
  expect(failed.map((check) => check.name)).toEqual([
    `response ${status}, example ${name} of ${first.operationId}`,
  ])
  expect(failed[0]?.violations).toContainEqual(
    expect.objectContaining({ status, part: 'body', message: expect.stringContaining('required') }),
  )
})
