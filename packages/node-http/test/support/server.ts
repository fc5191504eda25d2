import { once } from 'node:events'
import { connect } from 'node:net'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { listen } from '../../src/index.ts'

/** A server that listens on a free port, and is closed with every connection at the end. */
export async function start(server: Server): Promise<AsyncDisposable & { url: string }> {
  const url = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    url,
    async [Symbol.asyncDispose]() {
      const closed = server.listening ? once(server, 'close') : undefined
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** A connection to a server; with `allowHalfOpen` it stays open when the server ends its side. */
export async function open(url: string, allowHalfOpen = false): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen })
  await once(socket, 'connect')
  return socket
}

/** Sends bytes that no HTTP client would send, and returns all that comes back. */
export async function sendRaw(url: string, bytes: string | Uint8Array): Promise<string> {
  const socket = await open(url)
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  // The server may disconnect before all is sent; what counts is what it has sent.
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  return received
}

/** The status codes of the responses in what was received. */
export function statusesIn(received: string): number[] {
  const heads = received.split('HTTP/1.1 ').slice(1)
  return heads.map((head) => Number(head.slice(0, 3)))
}
