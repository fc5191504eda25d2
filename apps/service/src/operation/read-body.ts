/** More than any client sends: nothing in the body affects what the operation does. */
export const maxBodyBytes = 16 * 1024

/**
 * Reads a request's body, up to a maximum size.
 *
 * @returns undefined if it is longer than {@link maxBodyBytes}, or never arrived completely
 */
export async function readBody(request: Request): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get('content-length')) > maxBodyBytes) return undefined
  // Without either header there is no body (RFC 9112, section 6.3), and no need to create a stream.
  const { headers } = request
  const hasBody = headers.has('transfer-encoding') || Number(headers.get('content-length')) > 0
  if (!hasBody || request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of request.body) {
      length += chunk.length
      // Returning from the loop cancels the stream.
      if (length > maxBodyBytes) return undefined
      chunks.push(chunk)
    }
  } catch {
    // The client closed the connection, or was disconnected for being too slow. Reading from the
    // socket is all that can throw here, so this never hides an error of the service.
    return undefined
  }
  return Buffer.concat(chunks)
}
