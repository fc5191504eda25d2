import type { Server } from 'node:http'
import { STATUS_CODES, createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { operation } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import { RequestError } from '@hono/node-server'
import type { ContractResponse } from '../operation/response.ts'
import { bodyOf, newRequestId, toHttpResponse } from '../operation/response.ts'
import type { Observe } from './metrics.ts'
import { PendingResponses } from './pending-responses.ts'

/** Limits on what one client may cost. A client that exceeds them is disconnected. */
const defaultLimits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  // Node.js would send a response of its own to a request without a Host header. The application
  // sends the one that the contract defines.
  requireHostHeader: false,
}

export type HttpLimits = typeof defaultLimits

/** Creates a Node.js server that limits the size of headers and the time that clients may take. */
export function createHttpServer(overrides: Partial<HttpLimits>): Server {
  const server = createServer({ ...defaultLimits, ...overrides })
  // Node.js would respond with 417 to an `Expect` header that it doesn't know.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  return server
}

const badRequest: ContractResponse = { name: 'bad_request' }

/**
 * Responds to what never becomes a request: bytes that Node.js can't parse, and `CONNECT`. The
 * response is written to the socket directly. If an earlier request on the connection is still
 * pending, the connection is closed without a response, since the client would take this one for
 * the response to that earlier request.
 */
export function rejectMalformedRequests(server: Server, observe: Observe): void {
  const pending = new PendingResponses()
  server.on('request', (_, response) => pending.add(response))
  server.on('connect', (_, socket) => reject(socket))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') socket.destroy()
    else reject(socket)
  })

  function reject(socket: Duplex): void {
    if (!socket.writable || pending.has(socket)) {
      socket.destroy()
      return
    }
    const requestId = newRequestId(undefined)
    const status = statusOf(badRequest.name)
    socket.end(rawResponse(status, JSON.stringify(bodyOf(badRequest, requestId))))
    observe({ requestId, route: 'unknown', status, outcome: badRequest.name, durationMs: 0 })
  }
}

function rawResponse(status: number, body: string): string {
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${operation.mediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

/**
 * Creates an error handler that responds to a request whose host and target don't make a valid
 * URL. It throws any other error again.
 */
export function handleInvalidUrl(observe: Observe) {
  return (error: unknown): Response => {
    if (!(error instanceof RequestError)) throw error
    const requestId = newRequestId(undefined)
    const status = statusOf(badRequest.name)
    observe({ requestId, route: 'unknown', status, outcome: badRequest.name, durationMs: 0 })
    return toHttpResponse(badRequest, requestId)
  }
}
