import type { Server } from 'node:http'
import { STATUS_CODES, createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { operation } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import { RequestError } from '@hono/node-server'
import type { Observe } from '../observation.ts'
import type { Answer } from '../operation/response.ts'
import { bodyOf, newRequestId, responseOf } from '../operation/response.ts'
import { PendingResponses } from './pending-responses.ts'

/** Bounds of what one client may cost; a client that exceeds them is cut off. */
const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  // A missing host is answered as the contract has it (dispatch.ts), not by Node.
  requireHostHeader: false,
}

export type HttpLimits = typeof limits

/** A Node server with bounded headers and patience. */
export function createHttpServer(overrides: Partial<HttpLimits>): Server {
  const server = createServer({ ...limits, ...overrides })
  // An `Expect` that means nothing to Node would be answered by Node itself, with 417.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  return server
}

const malformed: Answer = { name: 'bad_request' }

/**
 * Answers what never becomes a request: what Node can't parse, and tunnels. The contract's answer
 * is written by hand, unless the client would take it for the answer to an earlier request.
 */
export function rejectMalformedRequests(server: Server, observe: Observe): void {
  const owed = new PendingResponses()
  server.on('request', (_, response) => owed.add(response))
  server.on('connect', (_, socket) => refuse(socket))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET') socket.destroy()
    else refuse(socket)
  })

  function refuse(socket: Duplex): void {
    if (!socket.writable || owed.has(socket)) {
      socket.destroy()
      return
    }
    const requestId = newRequestId(undefined)
    const status = statusOf(malformed.name)
    socket.end(rawResponse(status, JSON.stringify(bodyOf(malformed, requestId))))
    observe({ requestId, route: 'unknown', status, answer: malformed.name, durationMs: 0 })
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

/** Answers a request whose host or target makes no URL; other errors are not for here. */
export function handleInvalidUrl(observe: Observe) {
  return (error: unknown): Response => {
    if (!(error instanceof RequestError)) throw error
    const requestId = newRequestId(undefined)
    const status = statusOf(malformed.name)
    observe({ requestId, route: 'unknown', status, answer: malformed.name, durationMs: 0 })
    return responseOf(malformed, requestId)
  }
}
