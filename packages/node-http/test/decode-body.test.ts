import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UndecodableBodyError, decodeBody } from '../src/index.ts'

const limits = { maxBytes: 1000 }
const encoders = {
  gzip: gzipSync,
  'X-GZIP': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
  identity: (bytes: Uint8Array) => Buffer.from(bytes),
}
type Coding = keyof typeof encoders

it('decodes any sequence of codings', async () => {
  const codings = fc.array(fc.constantFrom(...(Object.keys(encoders) as Coding[])), {
    maxLength: 5,
  }) // keys of the very object
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), codings, async (bytes, names) => {
      const encoded = names.reduce((body, name) => encoders[name](body), Buffer.from(bytes))
      expect(await decodeBody(encoded, names.join(' ,'), limits)).toEqual(Buffer.from(bytes))
    }),
  )
})

it('decodes deflate without the zlib header, which some servers omit', async () => {
  expect(await decodeBody(deflateRawSync('text'), 'deflate', limits)).toEqual(Buffer.from('text'))
})

it('returns a body without an encoding, or without bytes, as it is', async () => {
  expect(await decodeBody(Buffer.from('a'), null, limits)).toEqual(Buffer.from('a'))
  expect(await decodeBody(Buffer.alloc(0), 'gzip', limits)).toEqual(Buffer.alloc(0))
})

describe('never returns more than the limit', () => {
  it.each(Object.keys(encoders) as Coding[])('of %s', async (coding) => {
    // keys of the very object
    const encode = (length: number) => encoders[coding](Buffer.alloc(length))
    expect(await decodeBody(encode(1000), coding, limits)).toHaveLength(1000)
    expect(await decodeBody(encode(1001), coding, limits)).toBe('too long')
  })

  it('in between, if two codings are nested', async () => {
    const nested = gzipSync(gzipSync(Buffer.alloc(4_000_000)))
    expect(await decodeBody(nested, 'gzip, gzip', limits)).toBe('too long')
  })
})

it.each([
  ['gzip', Buffer.from('{"a":1}'), 'is gzip, but the body is not'],
  ['br', Buffer.from('{"a":1}'), 'is br, but the body is not'],
  ['deflate', gzipSync('a'), 'is deflate, but the body is not'],
  ['zstd', gzipSync('a'), 'is zstd, but the body is not'],
  ['gzip', gzipSync('abcdef').subarray(0, -9), 'is gzip, but the body is not'],
  ['compress', Buffer.from('a'), 'names a coding other than gzip, deflate, br, zstd'],
  ['gzip, secret-word', gzipSync('a'), 'names a coding other than gzip, deflate, br, zstd'],
  ['gzip,'.repeat(6), gzipSync('a'), 'lists 6 codings; at most 5 are decoded'],
])('says why a body of %s cannot be decoded', async (encoding, bytes, message) => {
  const result = await decodeBody(bytes, encoding, limits)
  expect(result).toBeInstanceOf(UndecodableBodyError)
  expect(result).toHaveProperty('message', message)
})
