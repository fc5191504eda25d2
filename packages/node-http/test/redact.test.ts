import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRedactor } from '../src/index.ts'

const secret = 's3cr/t "é" ~+1'
const redact = createRedactor([secret])

it.each([
  ['as it is', secret],
  ['in JSON', JSON.stringify(secret).slice(1, -1)],
  ['in a URL', encodeURIComponent(secret)],
  ['in a URL with lower-case octets', encodeURIComponent(secret).toLowerCase()],
  ['in a form', new URLSearchParams({ secret }).toString().slice('secret='.length)],
])('redacts a secret %s, every time', (_, form) => {
  expect(redact(`<${form}${form}> and ${form}`)).toBe('<[redacted][redacted]> and [redacted]')
})

it('leaves nothing of any secret, whatever characters it contains', () => {
  const secrets = fc.array(fc.string({ minLength: 8, unit: 'binary' }), {
    minLength: 1,
    maxLength: 5,
  })
  fc.assert(
    fc.property(secrets, (all) => {
      const text = createRedactor(all)(all.join('\n'))
      for (const each of all) expect(text).not.toContain(each)
    }),
  )
})

it('leaves no remainder of a secret that starts with another one', () => {
  const both = createRedactor(['secret-1234', 'secret-1234-and-more'])
  expect(both('secret-1234-and-more')).toBe('[redacted]')
})

it('ignores absent secrets and short ones, which may be part of ordinary words', () => {
  expect(createRedactor(['', 'short', undefined])('a short text')).toBe('a short text')
})

it('accepts a secret with a lone surrogate', () => {
  expect(createRedactor(['12345678\ud800'])('12345678\ud800')).toBe('[redacted]')
})
