import { once } from 'node:events'
import type { Server, ServerOptions } from 'node:https'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { operations } from '@connected-apps/contract/operations'
import { onTestFinished } from 'vitest'
import { respondWith } from '../loopback.ts'

/** An https server on loopback that revokes, and the client certificate of each request. */
export interface TlsServer {
  url: string
  /** The common names; undefined for a request without a certificate. */
  clients: (string | undefined)[]
}

/** Listens on a free port until the end of the test that called it. */
export async function listenWithTls(options: ServerOptions): Promise<TlsServer> {
  const clients: TlsServer['clients'] = []
  const server: Server = createServer(options, (request, response) => {
    const socket = request.socket as TLSSocket // safe: the server has TLS only
    // Node.js returns {} or null if there is no certificate, unlike its types.
    const { subject } = Object(socket.getPeerCertificate()) as { subject?: { CN?: string } }
    clients.push(subject?.CN)
    respondWith(response, operations.revokeConnectedApp, 'success')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo // safe: a TCP server has an AddressInfo
  return { url: `https://localhost:${port}`, clients }
}
