/** How much of a body is read. */
export interface BodyLimits {
  /** A longer body is `'too long'`; no more than this is ever kept. */
  maxBytes: number
  /**
   * How many further bytes are read and thrown away before the reading stops, so that a sender that
   * reads only after it has sent everything gets to see the response. Default: 0.
   */
  maxDiscardedBytes?: number
}

/** The body ended before it was whole; `cause` is the error of the stream. */
export class BodyAbortedError extends Error {
  override name = 'BodyAbortedError'
}

/**
 * Reads a body to its end, or to the limit: of a request or a response of `node:http`, of a `Request`
 * or a `Response`. It does not throw; what can go wrong is returned.
 *
 * A stream that is left before its end is destroyed or cancelled. The connection of a request that a
 * server received stays open for the response, which should carry `Connection: close`.
 *
 * @example
 * const body = await readBody(request, { maxBytes: 16 * 1024 })
 * if (body instanceof BodyAbortedError) return // nobody is there to respond to
 * if (body === 'too long') return respond(413)
 */
export async function readBody(
  stream: AsyncIterable<Uint8Array>,
  { maxBytes, maxDiscardedBytes = 0 }: BodyLimits,
): Promise<Buffer | 'too long' | BodyAbortedError> {
  const chunks: Uint8Array[] = []
  const maxReadBytes = maxBytes + maxDiscardedBytes
  let length = 0
  try {
    for await (const chunk of stream) {
      length += chunk.length
      if (length <= maxBytes) chunks.push(chunk)
      else chunks.length = 0
      if (length > maxReadBytes) break
    }
  } catch (cause) {
    // A stream may fail while it is cancelled, which says nothing about the body.
    if (length > maxReadBytes) return 'too long'
    return new BodyAbortedError('the body ended before it was whole', { cause })
  }
  return length > maxBytes ? 'too long' : Buffer.concat(chunks)
}
