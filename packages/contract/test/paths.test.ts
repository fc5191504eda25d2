import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkParameter, expandPath } from '../src/index.ts'
import { allOperations, isOperationId, matchOperation, operations } from '../src/operations.ts'
import { examplePath } from './example-request.ts'

describe.each(allOperations)('the path of $operationId', (operation) => {
  const { method, path, pathParameters, parameters } = operation
  const example = examplePath(operation)

  test('has a value for each path parameter', () => {
    expect(Object.keys(example).toSorted()).toEqual(pathParameters.toSorted())
    expect(expandPath(operation, example)).not.toMatch(/[{}]/)
  })

  test('is expanded and found again, whatever the values are', () => {
    const value = fc.string({ unit: 'grapheme' })
    const values = fc.record(Object.fromEntries(pathParameters.map((name) => [name, value])))
    fc.assert(
      fc.property(values, (given) => {
        const match = matchOperation(method, expandPath(operation, given))
        expect(match?.operation.operationId).toBe(operation.operationId)
        expect(match?.path).toEqual(given)
      }),
    )
  })

  test('is expanded as the caller encodes, each value once', () => {
    const braces = pathParameters.map((name) => [name, `$&{${pathParameters.join('}{')}}`])
    const expanded = expandPath(operation, Object.fromEntries(braces), (value) => value)
    expect(expanded).toBe(path.replaceAll(/\{\w+\}/g, () => braces[0]?.[1] ?? ''))
  })

  test('is found only by the whole path and its own method', () => {
    const whole = expandPath(operation, example)
    const others = [`${whole}/`, `/base${whole}`, whole.toUpperCase(), whole.slice(1), '', '/']
    for (const other of others) expect(matchOperation(method, other)?.operation).not.toBe(operation)
    for (const other of ['TRACE', method.toLowerCase(), '']) {
      expect(matchOperation(other, whole)).toBeUndefined()
    }
  })

  test.each(pathParameters)(
    'keeps a %s that cannot be decoded as it is, which is malformed',
    (name) => {
      for (const segment of ['%', '%zz', '%ff', '%C3%28']) {
        const whole = expandPath(operation, { ...example, [name]: segment }, (value) => value)
        expect(matchOperation(method, whole)?.path[name]).toBe(segment)
        const parameter = parameters[name]
        expect(parameter && checkParameter(parameter, segment)).not.toEqual([])
      }
    },
  )
})

test('operations are listed by their operationId', () => {
  expect(allOperations.map(({ operationId }) => operationId)).toEqual(Object.keys(operations))
  expect(Object.keys(operations).every(isOperationId)).toBe(true)
  expect(['', 'toString', '__proto__'].some(isOperationId)).toBe(false)
})
