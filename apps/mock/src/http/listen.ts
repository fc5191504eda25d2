import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { exampleResponse } from '../scenarios/choose-example.ts'
import type { ExampleResponse } from '../scenarios/choose-example.ts'
import { PendingResponses } from './pending-responses.ts'
import { sendJson, sendRawJson } from './send.ts'

/** The address to listen on. */
export interface Address {
  host: string
  port: number
}

/** A server that is listening. */
export interface RunningServer {
  url: string
  close(): Promise<void>
}

/** How long a client may take before it gets a 400 or its connection is destroyed. */
export interface ServerTimeouts {
  headersMs: number
  /** Headers and body together. */
  requestMs: number
  /** Without a byte in either direction; longer than the longest delay of a response. */
  idleMs: number
}

const defaultTimeouts: ServerTimeouts = { headersMs: 10_000, requestMs: 30_000, idleMs: 120_000 }

/** The server cannot listen on the address; the message says why and what to do. */
export class ListenError extends Error {
  override name = 'ListenError'
}

/**
 * Starts an HTTP server that responds even to malformed requests, and whose connections cannot be
 * held open by slow or silent clients. A malformed request that follows one whose response is still
 * pending closes the connection instead.
 *
 * @throws {ListenError}
 */
export async function listen(
  address: Address,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  timeouts: ServerTimeouts = defaultTimeouts,
): Promise<RunningServer> {
  const pending = new PendingResponses()
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    pending.add(response)
    // RFC 9112 section 3.2 requires a Host header in HTTP/1.1.
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      response.setHeader('Connection', 'close')
      sendJson(response, badRequest.status, badRequest.body, badRequest.headers)
    } else handle(request, response)
  }
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      // Node.js itself would reject a missing Host with an empty body, not the contract's.
      requireHostHeader: false,
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: Math.min(1_000, timeouts.headersMs),
    },
    onRequest,
  )
  server.maxConnections = 4096
  server.setTimeout(timeouts.idleMs)
  server.on('checkExpectation', onRequest)
  const reject = (socket: Duplex, statusLine: string, response: ExampleResponse) => {
    // The client would take a rejection sent now for the response to its previous request.
    if (pending.has(socket)) socket.destroy()
    else sendRawJson(socket, statusLine, response)
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else reject(socket, '400 Bad Request', badRequest)
  })
  server.on('connect', (_request, socket) => reject(socket, '404 Not Found', routeNotFound))
  await bind(server, address)
  return {
    url: urlOf(server, address.host),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const badRequest = exampleResponse('bad_request')
const routeNotFound = exampleResponse('route_not_found')

function bind(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(toListenError(error, address)))
    server.listen({ ...address }, resolve)
  })
}

function toListenError(error: NodeJS.ErrnoException, { host, port }: Address): ListenError {
  const { code = '' } = error
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError(
        `port ${port} on ${host} is in use; stop the program that uses it, or choose another port with --port`,
      )
    case 'EACCES':
      return new ListenError(
        `port ${port} requires elevated privileges; choose one above 1023 with --port`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ListenError(`${host} is not an address of this machine; try --host 127.0.0.1`)
    default:
      return new ListenError(`cannot listen on ${host}, port ${port}: ${error.message}`)
  }
}

function urlOf(server: Server, host: string): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const reachableHost = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${reachableHost.includes(':') ? `[${reachableHost}]` : reachableHost}:${address.port}`
}
