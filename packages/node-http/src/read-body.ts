/** How much of a body is read. */
export interface BodyLimits {
  /** A longer body is `'too long'`. No more than this is kept in memory. */
  maxBytes: number
  /**
   * How many further bytes are read and discarded before reading stops, so that a client that only
   * reads after it has sent everything still receives the response. Default: 0.
   */
  maxDiscardedBytes?: number
}

/** The body ended before it was complete; `cause` is the error of the stream. */
export class BodyAbortedError extends Error {
  override name = 'BodyAbortedError'
}

/**
 * Reads the body of a request or response of `node:http`, or of a `Request` or `Response`, up to the
 * limit. It does not throw: failures are returned.
 *
 * A stream that is not read to its end is destroyed or cancelled. The connection of a request that a
 * server received stays open for the response, which should have `Connection: close`.
 *
 * @example
 * const body = await readBody(request, { maxBytes: 16 * 1024 })
 * if (body instanceof BodyAbortedError) return // the client has disconnected
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
    // A stream may also fail because it is being cancelled.
    if (length > maxReadBytes) return 'too long'
    return new BodyAbortedError('the body ended before it was complete', { cause })
  }
  return length > maxBytes ? 'too long' : Buffer.concat(chunks)
}
