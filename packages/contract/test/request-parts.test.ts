import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pathParameterExamples } from '../src/examples.ts'
import {
  expandPath,
  headerParameterNames,
  isContractMediaType,
  matchPath,
  operation,
  pathParameterNames,
} from '../src/index.ts'
import { checkParameter } from '../src/request.ts'

test('each parameter is one of the path or of the header', () => {
  expect([...pathParameterNames, ...headerParameterNames]).toEqual(
    operation.parameters.map(({ name }) => name),
  )
  expect(pathParameterNames).toEqual(Object.keys(pathParameterExamples))
})

describe('the path', () => {
  test('is expanded and read back, whatever the values are', () => {
    const value = fc.string({ unit: 'grapheme' })
    const ids = fc.record({ organization_id: value, member_id: value, connected_app_id: value })
    fc.assert(
      fc.property(ids, (values) => {
        expect(matchPath(expandPath(values))).toEqual(values)
      }),
    )
  })

  test('is expanded as the caller encodes', () => {
    const braces = { ...pathParameterExamples, organization_id: '$&{x}' }
    expect(expandPath(braces, (value) => value)).toContain('/organizations/$&{x}/members/')
  })

  test.each([
    '',
    '/',
    operation.path.toUpperCase(),
    `${operation.path}/`,
    `/base${operation.path}`,
    operation.path.replace('/members', ''),
    operation.path.replace('{member_id}', 'a/b'),
  ])('is not %j', (path) => {
    expect(matchPath(path)).toBeUndefined()
  })

  test.each(pathParameterNames)(
    'has in %s what cannot be decoded as it is, and refused',
    (name) => {
      for (const segment of ['%', '%zz', '%ff', '%C3%28']) {
        const path = expandPath({ ...pathParameterExamples, [name]: segment }, (value) => value)
        expect(matchPath(path)?.[name]).toBe(segment)
        expect(checkParameter(name, segment)).not.toEqual([])
      }
    },
  )
})

test.each([
  ['application/json', true],
  ['Application/JSON ; charset=utf-8', true],
  ['application/json;', true],
  ['application/jsonp', false],
  ['application/json, text/html', false],
  ['text/plain', false],
  [';', false],
  ['', false],
  [null, false],
  [undefined, false],
])('the Content-Type %j is that of the contract: %s', (contentType, right) => {
  expect(isContractMediaType(contentType)).toBe(right)
})
