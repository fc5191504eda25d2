import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawResponse {
  status: number
  text: string
}

/**
 * Sends bytes that no HTTP client would send, and waits until the service closes the connection.
 *
 * @param halfClose whether to close the sending side of the connection after the bytes
 * @returns undefined if the service closed the connection without a response
 */
export async function sendRaw(
  url: string,
  bytes: string | Uint8Array,
  halfClose = false,
): Promise<RawResponse | undefined> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let received = ''
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString()
  })
  // The connection may be reset before everything is sent. Only the response matters.
  socket.on('error', () => undefined)
  socket.write(bytes)
  if (halfClose) socket.end()
  await once(socket, 'close')
  if (received === '') return undefined
  const [head = '', text = ''] = received.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), text }
}
