import type { ReceivedHeaders, ReceivedResponse } from '@connected-apps/contract'
import {
  BodyAbortedError,
  UndecodableBodyError,
  contentCodings,
  decodeBody,
  explainNetworkError,
  readBody,
} from '@connected-apps/node-http'

/** A request as it was sent, and the response to it. */
export interface Exchange {
  sent: {
    query: ReceivedHeaders
    headers: ReceivedHeaders
  }
  received: ReceivedResponse
}

/** No response arrived, or only part of one. The message contains nothing from the request. */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError'
  /** What to do, if it is something other than starting the target or correcting its URL. */
  readonly remedy: string | undefined

  constructor(message: string, options?: ErrorOptions & { remedy?: string }) {
    super(message, options)
    this.remedy = options?.remedy
  }
}

/** Converts the error of a failed request to a {@link NoResponseError}. */
export function toNoResponseError(error: unknown, timeoutMs: number): NoResponseError {
  if (error instanceof NoResponseError) return error
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === 'TimeoutError' || each.name === 'AbortError') {
      return new NoResponseError(`no complete response within ${timeoutMs} ms`, { cause: error })
    }
    // `fetch` throws one of these if a body is not in its Content-Encoding; each coding has its own codes.
    if ('code' in each && /^(Z_|ERR__|ERR_BROTLI|ZSTD_)/.test(String(each.code))) {
      const message = 'no complete response: the body is not what its Content-Encoding says'
      return new NoResponseError(message, { cause: error })
    }
  }
  const { reason, ...remedy } = explainNetworkError(error)
  return new NoResponseError(`no complete response: ${reason}`, { cause: error, ...remedy })
}

const maxBodyBytes = 1024 * 1024

/** Reads a response body, which a broken target may send without end. Throws a {@link NoResponseError}. */
export async function receiveBody(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const body = await readBody(stream, { maxBytes: maxBodyBytes })
  if (body === 'too long') throw new NoResponseError('the response body exceeds 1 MiB')
  if (body instanceof BodyAbortedError) throw body
  return body
}

/**
 * Decodes the body, and removes the `Content-Encoding`. If it cannot be decoded, the headers are kept,
 * so that `checkResponse` reports the violation. Throws a {@link NoResponseError}.
 */
export async function decodeResponse(
  status: number,
  headers: Headers,
  body: Uint8Array,
): Promise<ReceivedResponse> {
  const decoded = await decodeBody(body, headers.get('content-encoding'), {
    maxBytes: maxBodyBytes,
  })
  if (decoded === 'too long') throw new NoResponseError('the decoded response body exceeds 1 MiB')
  if (decoded instanceof UndecodableBodyError) return { status, headers, body }
  return { status, headers: withoutEncoding(headers), body: decoded }
}

/** Like {@link decodeResponse}, for a body from `fetch`, which has already decoded the codings that it supports. */
export async function decodeFetched(
  status: number,
  headers: Headers,
  body: Uint8Array,
): Promise<ReceivedResponse> {
  const codings = contentCodings(headers.get('content-encoding'))
  // Support for zstd depends on the version of Node.js; a frame starts with these bytes (RFC 8878).
  const isDecoded = codings.includes('zstd')
    ? !Buffer.from(body).subarray(0, 4).equals(Buffer.from('28b52ffd', 'hex'))
    : codings.every((coding) => fetchCodings.has(coding))
  return isDecoded
    ? { status, headers: withoutEncoding(headers), body }
    : decodeResponse(status, headers, body)
}

/** The codings that `fetch` decodes in every version of Node.js. */
const fetchCodings: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br'])

function withoutEncoding(headers: Headers): Headers {
  const decoded = new Headers(headers)
  decoded.delete('content-encoding')
  return decoded
}
