import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { parseBasicCredentials } from '../src/index.ts'

const encode = (bytes: Uint8Array) => btoa(String.fromCodePoint(...bytes))
const basic = (pair: string) => `Basic ${encode(new TextEncoder().encode(pair))}`

afterEach(() => vi.unstubAllGlobals())

describe('credentials', () => {
  test.each([
    ['a project and its secret', 'project-test-1:secret', 'project-test-1', 'secret'],
    ['a secret with colons', 'project:a:b:', 'project', 'a:b:'],
    ['text beyond ASCII', 'projekt-ü:gehëim🔑', 'projekt-ü', 'gehëim🔑'],
    ['a secret of 2,000 characters', `p:${'s'.repeat(2000)}`, 'p', 's'.repeat(2000)],
    ['spaces', 'p:a secret ', 'p', 'a secret '],
  ])('may be %s', (_, pair, projectId, secret) => {
    expect(parseBasicCredentials(basic(pair))).toEqual({ projectId, secret })
  })

  test('are whatever a client encodes', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((each) => !/\p{Cc}/u.test(each))
    const projects = text.filter((each) => !each.includes(':'))
    fc.assert(
      fc.property(projects, text, (projectId, secret) => {
        expect(parseBasicCredentials(basic(`${projectId}:${secret}`))).toEqual({
          projectId,
          secret,
        })
      }),
    )
  })

  test('are read without the Buffer of Node.js', () => {
    vi.stubGlobal('Buffer', undefined)
    const read = parseBasicCredentials(basic('p:ü'))
    vi.unstubAllGlobals()
    expect(read).toEqual({ projectId: 'p', secret: 'ü' })
  })

  test('may have a scheme in any case, followed by several spaces', () => {
    const expected = { projectId: 'p', secret: 's' }
    expect(parseBasicCredentials(basic('p:s').replace('Basic ', 'bASIC   '))).toEqual(expected)
  })

  test.each([
    ['no header', undefined],
    ['null, as Headers has it', null],
    ['an empty header', ''],
    ['another scheme', `Bearer ${btoa('p:s')}`],
    ['no scheme', btoa('p:s')],
    ['no credentials', 'Basic '],
    ['no Base64', 'Basic p:s'],
    ['half of Base64', 'Basic A'],
    ['the other alphabet of Base64', 'Basic cDo-Pz8_'],
    ['more behind it', `${basic('p:s')} more`],
    ['no colon', basic('project')],
    ['an empty project', basic(':secret')],
    ['an empty secret', basic('project:')],
    ['NUL in the secret', basic('p:a\u0000b')],
    ['NUL in the project', basic('p\u0000:s')],
    ['a line break', basic('p:a\nb')],
    ['bytes that are not UTF-8', `Basic ${encode(new Uint8Array([0x70, 0x3a, 0xff]))}`],
    ['ISO 8859-1', `Basic ${encode(new Uint8Array([0x70, 0x3a, 0xfc]))}`],
  ])('may not be %s', (_, header) => {
    expect(parseBasicCredentials(header)).toBeUndefined()
  })
})
