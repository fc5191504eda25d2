import type { Server } from 'node:http'
import { STATUS_CODES, createServer } from 'node:http'
import type { Socket } from 'node:net'
import { operation } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import type { Observe } from './observation.ts'
import type { Answer } from './operation/answer.ts'
import { bodyOf, newRequestId } from './operation/answer.ts'

/** Bounds of what one client may cost; a client that exceeds them is cut off. */
const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
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

/** What Node can't parse never becomes a request; the contract's answer is written by hand. */
export function refuseMalformed(observe: Observe) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const requestId = newRequestId(undefined)
    const status = statusOf(malformed.name)
    const body = JSON.stringify(bodyOf(malformed, requestId))
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        `Content-Type: ${operation.mediaType}`,
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    )
    observe({
      requestId,
      route: 'unknown',
      status,
      answer: malformed.name,
      durationMs: 0,
    })
  }
}
