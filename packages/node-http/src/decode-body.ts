import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

/** A body is not in the encoding that `Content-Encoding` names, or the encoding is not supported. */
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
  // Some servers omit the zlib header, whose first byte has the compression method 8 (RFC 1950).
  [
    'deflate',
    (bytes, options) => (((bytes[0] ?? 0) & 15) === 8 ? inflate : inflateRaw)(bytes, options),
  ],
  ['br', promisify(zlib.brotliDecompress)],
  // Available since Node.js 22.15.
  ...('zstdDecompress' in zlib ? [['zstd', promisify(zlib.zstdDecompress)] as const] : []),
])

/** More have no use, and each costs memory and time. */
const maxCodings = 5

/** The codings of a `Content-Encoding` in the order in which they were applied, without `identity`. */
export function contentCodings(contentEncoding: string | null | undefined): string[] {
  return (contentEncoding ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
}

/**
 * Decodes a body according to its `Content-Encoding` (RFC 9110 section 8.4): gzip, deflate, br, and
 * zstd if Node.js supports it. It does not throw: failures are returned. An empty body stays empty.
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
      `lists ${codings.length} codings; at most ${maxCodings} are decoded`,
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
