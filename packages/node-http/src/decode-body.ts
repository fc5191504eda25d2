import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

/** The bytes are not what `Content-Encoding` says, or are in an encoding that cannot be decoded here. */
export class UndecodableBodyError extends Error {
  override name = 'UndecodableBodyError'
}

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>

const gunzip: Decompress = promisify(zlib.gunzip)
const inflate: Decompress = promisify(zlib.inflate)
const inflateRaw: Decompress = promisify(zlib.inflateRaw)

const decoders = new Map<string, Decompress>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // Some servers leave out the header of zlib, whose first byte names the method 8 (RFC 1950).
  [
    'deflate',
    (bytes, options) => (((bytes[0] ?? 0) & 15) === 8 ? inflate : inflateRaw)(bytes, options),
  ],
  ['br', promisify(zlib.brotliDecompress)],
  // Node.js has it since 22.15.
  ...('zstdDecompress' in zlib ? [['zstd', promisify(zlib.zstdDecompress)] as const] : []),
])

/** Nobody needs more; each takes memory and time. */
const maxCodings = 5

/** The codings of a `Content-Encoding` in the order in which they were applied, without `identity`. */
export function contentCodings(contentEncoding: string | null | undefined): string[] {
  return (contentEncoding ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
}

/**
 * Decodes a body as its `Content-Encoding` says (RFC 9110 section 8.4): gzip, deflate, br, and zstd
 * where Node.js knows it. It does not throw; what can go wrong is returned. An empty body stays empty.
 *
 * @example
 * const body = await decodeBody(bytes, headers.get('content-encoding'), { maxBytes: 1024 * 1024 })
 * if (body instanceof UndecodableBodyError) return respond(415)
 * if (body === 'too long') return respond(413)
 */
export async function decodeBody(
  bytes: Uint8Array,
  contentEncoding: string | null | undefined,
  { maxBytes }: { maxBytes: number },
): Promise<Buffer | 'too long' | UndecodableBodyError> {
  const codings = contentCodings(contentEncoding)
  let body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (codings.length > maxCodings) {
    return new UndecodableBodyError(
      `lists ${codings.length} codings, of which ${maxCodings} are decoded`,
    )
  }
  for (const coding of body.length === 0 ? [] : codings.toReversed()) {
    const decompress = decoders.get(coding)
    if (decompress === undefined) {
      const known = [...decoders.keys()].filter((name) => name !== 'x-gzip').join(', ')
      return new UndecodableBodyError(`names a coding other than ${known}`)
    }
    try {
      body = await decompress(body, { maxOutputLength: maxBytes })
    } catch (error) {
      const isTooLong =
        error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      if (isTooLong) return 'too long'
      return new UndecodableBodyError(`is ${coding}, but the body is not`, { cause: error })
    }
  }
  return body.length > maxBytes ? 'too long' : body
}
