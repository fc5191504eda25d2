import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { PendingResponses } from './pending-responses.ts'

/** Why a request is rejected: it is malformed or too slow, or it is a `CONNECT`. */
export type RejectedRequest = 'malformed' | 'connect'

/** How long a client may keep its side of the connection open after the response. */
const lingerMs = 2_000

/**
 * Rejects requests that never become a `request` event: those that Node.js cannot parse, those that
 * arrive too slowly, and tunnels. The client is sent a raw response, and the connection is closed. If
 * the client still awaits the response to an earlier request, and would take this one for it, the
 * connection is closed immediately.
 *
 * @param respond returns the bytes to write, see {@link rawResponse}; called only if they are sent
 * @example
 * rejectMalformedRequests(server, new PendingResponses(server), () =>
 *   rawResponse(400, { 'content-type': 'application/json' }, '{}'),
 * )
 */
export function rejectMalformedRequests(
  server: Server,
  pending: PendingResponses,
  respond: (rejected: RejectedRequest) => string | Uint8Array,
): void {
  const rejected = new WeakSet<Duplex>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') socket.destroy()
    // Ignores the rest of a rejected request: disconnecting now could lose the response in transit.
    else if (!rejected.has(socket)) reject(socket, 'malformed')
  })
  server.on('connect', (_request, socket) => {
    reject(socket, 'connect')
    // Node.js no longer reads from the socket, and would not notice that the client closes it.
    socket.resume()
  })

  function reject(socket: Duplex, reason: RejectedRequest): void {
    if (!socket.writable || pending.isAwaitedOn(socket)) {
      socket.destroy()
      return
    }
    rejected.add(socket)
    socket.on('error', () => socket.destroy())
    socket.end(respond(reason))
    const linger = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => clearTimeout(linger))
  }
}

/**
 * Builds a complete HTTP/1.1 response to write to a socket, which must be closed afterwards. Header
 * names are in lower case, so that equal responses have equal bytes.
 *
 * @throws {TypeError} if a header name or value cannot be sent
 */
export function rawResponse(
  status: number,
  headers: Readonly<Record<string, string | number>>,
  body: string,
): string {
  const lines = Object.entries({
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => {
    validateHeaderName(name)
    validateHeaderValue(name, String(value))
    return `${name.toLowerCase()}: ${value}\r\n`
  })
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`
}
