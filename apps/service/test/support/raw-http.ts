import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawAnswer {
  status: number
  text: string
}

/**
 * Sends bytes that no HTTP client would send, and waits until the service closes the connection.
 *
 * @param endsToo whether to say that nothing more will come
 * @returns undefined if nothing was answered
 */
export async function sendRaw(
  url: string,
  bytes: string | Uint8Array,
  endsToo = false,
): Promise<RawAnswer | undefined> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let received = ''
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString()
  })
  // It may be reset before all is sent; what counts is what was answered.
  socket.on('error', () => undefined)
  socket.write(bytes)
  if (endsToo) socket.end()
  await once(socket, 'close')
  if (received === '') return undefined
  const [head = '', text = ''] = received.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), text }
}
