import { describe, expect, it } from 'vitest'
import { parsePreferences } from '../src/plan/preferences.ts'
import { anyOperation, errorOf, statusOf } from './operations.ts'

describe('the grammar of Prefer (RFC 7240)', () => {
  const parse = (header: string) => parsePreferences(anyOperation, header, new URLSearchParams())
  const example = errorOf(anyOperation, 'limit')
  const code = statusOf(anyOperation, example)
  const other = statusOf(anyOperation, errorOf(anyOperation, 'failure'))

  it.each([
    [`code=${code}`, { example }],
    [`CODE=${code}`, { example }],
    [`code = ${code}`, { example }],
    [`code="${code}"`, { example }],
    [`wait=10, code=${code};a=b`, { example, waitSeconds: 10 }],
    [`code=${code}, code=${other}`, { example }],
    [`foo="a, code=${other}", wait=0.5`, { waitSeconds: 0.5 }],
    [`handling=lenient; code=${other}`, {}],
    ['return=minimal, respond-async', {}],
    ['', {}],
  ])('parses %s', (header, expected) => {
    expect(parse(header)).toEqual(expected)
  })

  // In quadratic time each of these would take minutes and exceed the timeout of the test.
  it('is parsed in linear time', () => {
    const length = 500_000
    const hostile = ['a="'.repeat(length), `${'\\"'.repeat(length)},`, ' '.repeat(length)]
    for (const header of [...hostile, 'a'.repeat(length)]) expect(parse(header)).toEqual({})
  })
})
