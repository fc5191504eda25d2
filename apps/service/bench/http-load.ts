import { once } from 'node:events'
import { connect } from 'node:net'
import type { Call } from './load-process.ts'

/** Requests to send, in turn, over and over. */
export interface HttpLoad {
  kind: 'http'
  /** The id is that of its process. */
  server: { url: string; pid: number | undefined }
  method: string
  requests: { path: string; headers: Record<string, string>; body?: string }[]
  /** A part of every response, which is a 200. */
  expected: string
  connections: number
}

/**
 * Prepares connections that send a request and wait for its response.
 *
 * They know no more of HTTP than this needs, since the load shares two cores with what is measured. A
 * request costs 50 µs here, most of it in the kernel. With autocannon it was 145; with undici 180, or 75
 * through its lowest interface.
 */
export function prepareHttp(load: HttpLoad): () => Promise<Call> {
  const { hostname, port, host } = new URL(load.server.url)
  const messages = load.requests.map(({ path, headers, body = '' }) => {
    const all = { host, 'content-length': body.length, ...headers }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    return Buffer.from(`${load.method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  })
  return async () => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    let pending = Promise.withResolvers<void>()
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString()
      if (!isComplete(received)) return
      if (received.startsWith('HTTP/1.1 200 ') && received.includes(load.expected)) {
        pending.resolve()
      } else {
        pending.reject(new Error(`unexpected response: ${received}`))
      }
      received = ''
    })
    socket.on('close', () => pending.reject(new Error('a connection of the load was closed')))
    return (index) => {
      pending = Promise.withResolvers()
      socket.write(messages[index % messages.length] ?? '')
      return pending.promise
    }
  }
}

/** Whether this is a whole response. Every server here sends a Content-Length, and only ASCII. */
function isComplete(received: string): boolean {
  const headLength = received.indexOf('\r\n\r\n') + 4
  if (headLength < 4) return false
  const [, length] = /\r\ncontent-length: (\d+)\r\n/i.exec(received) ?? []
  if (length === undefined) throw new Error(`a response without Content-Length: ${received}`)
  return received.length >= headLength + Number(length)
}
