import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { PendingResponses } from './pending-responses.ts'

/** Why there is no request to respond to: it cannot be parsed, or it is a `CONNECT`. */
export type RejectedRequest = 'malformed' | 'connect'

/** A client that keeps its side open after the response is disconnected after this time. */
const lingerMs = 2_000

/**
 * Rejects what never becomes a `request` event: what Node.js cannot parse, what comes too slowly, and
 * tunnels. The client is sent a raw response, and the connection is closed. Where the client still
 * waits for the response to an earlier request, and would take this one for it, the connection is
 * closed at once.
 *
 * @param respond gives the bytes to write, see {@link rawResponse}; it is called only if they are sent
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
    // The rest of what was rejected is ignored: to disconnect now could lose the response on its way.
    else if (!rejected.has(socket)) reject(socket, 'malformed')
  })
  server.on('connect', (_request, socket) => {
    reject(socket, 'connect')
    // Node.js no longer reads from it, and behind unread bytes would not see that the client closes it.
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
 * A whole HTTP/1.1 response to write to a socket, after which the connection is to be closed. Header
 * names are written in lower case, so that equal responses have equal bytes.
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
