import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { exampleAnswer } from './known-examples.ts'
import type { ExampleAnswer } from './known-examples.ts'
import { OwedAnswers } from './owed-answers.ts'
import { sendJson } from './send.ts'

/** Where to listen. */
export interface Address {
  host: string
  port: number
}

/** A server that listens. */
export interface Listening {
  url: string
  close(): Promise<void>
}

/** How long a caller may take; then it is answered 400, or cut off. */
export interface Patience {
  headersMs: number
  /** Headers and body. */
  requestMs: number
  /** Without a byte in either direction; longer than the longest wait of an answer. */
  idleMs: number
}

const defaultPatience: Patience = { headersMs: 10_000, requestMs: 30_000, idleMs: 120_000 }

/** The address cannot be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override name = 'ListenError'
}

/**
 * Starts an HTTP server that answers everything, even what is not HTTP, and that no slow or silent
 * caller can hold. Only where an answer is owed does it end the connection instead.
 *
 * @throws {ListenError}
 */
export async function listen(
  { host, port }: Address,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  patience: Patience = defaultPatience,
): Promise<Listening> {
  const owed = new OwedAnswers()
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    owed.add(response)
    // RFC 9112 section 3.2
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      response.setHeader('Connection', 'close')
      sendJson(response, badRequest.status, badRequest.body, badRequest.headers)
    } else handle(request, response)
  }
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      // Node.js would refuse it without a body; `answer` below does it with one.
      requireHostHeader: false,
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: Math.min(1_000, patience.headersMs),
    },
    answer,
  )
  server.maxConnections = 4096
  server.setTimeout(patience.idleMs)
  server.on('checkExpectation', answer)
  const refuse = (socket: Duplex, ...reply: [string, ExampleAnswer]) => {
    // What is sent now would pass for the answer that the caller waits for.
    if (owed.has(socket)) socket.destroy()
    else sendRaw(socket, ...reply)
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else refuse(socket, '400 Bad Request', badRequest)
  })
  server.on('connect', (_request, socket) => refuse(socket, '404 Not Found', routeNotFound))
  await bind(server, { host, port })
  return {
    url: urlOf(server, host),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const badRequest = exampleAnswer('bad_request')
const routeNotFound = exampleAnswer('route_not_found')

function sendRaw(socket: Duplex, statusLine: string, { headers, body }: ExampleAnswer): void {
  const text = JSON.stringify(body)
  const lines = Object.entries({
    ...headers,
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${statusLine}\r\n${lines.join('')}\r\n${text}`)
}

function bind(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, { host, port })))
    server.listen({ host, port }, resolve)
  })
}

function explain(error: NodeJS.ErrnoException, { host, port }: Address): ListenError {
  const { code = '' } = error
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError(
        `port ${port} on ${host} is in use; stop what runs there, or give connected-apps-mock another with --port`,
      )
    case 'EACCES':
      return new ListenError(`port ${port} needs more rights; choose one above 1023 with --port`)
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
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${address.port}`
}
