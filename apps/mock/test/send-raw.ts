import { connect } from 'node:net'

/** Sends raw bytes, and returns what the server sends until it closes the connection. */
export function sendRaw(
  baseUrl: string,
  bytes: string | Uint8Array,
  { halfClose = true }: { halfClose?: boolean } = {},
): Promise<string> {
  const { hostname, port } = new URL(baseUrl)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () => {
      if (halfClose) socket.end(bytes)
      else socket.write(bytes)
    })
    const finish = () => resolve(Buffer.concat(chunks).toString())
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', () => socket.end())
    socket.on('close', finish)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') finish()
      else reject(error)
    })
  })
}

/** Parses the status and the JSON body of a raw response. */
export function parseRawResponse(response: string): { status: number; body: unknown } {
  const [head = '', body = ''] = response.split('\r\n\r\n', 2)
  return { status: Number(head.slice(9, 12)), body: JSON.parse(body) }
}

/** The response to raw bytes, on a connection that the client keeps open. */
export async function exchangeRaw(
  baseUrl: string,
  bytes: string,
): Promise<ReturnType<typeof parseRawResponse>> {
  return parseRawResponse(await sendRaw(baseUrl, bytes, { halfClose: false }))
}
