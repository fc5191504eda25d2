import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
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

/**
 * Sends the OAuth endpoints' requests to oidc-provider, and all others to the application.
 *
 * oidc-provider builds URLs from the request's host; what a client wrote there is replaced by the
 * host of the issuer, so that nobody can have links made to another one.
 */
export function dispatch(
  issuer: URL,
  isOAuth: (path: string) => boolean,
  oauth: RequestListener,
  application: RequestListener,
): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    for (const name of forwardedHeaders) delete request.headers[name]
    request.headers.host = issuer.host
    request.headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1)
    if (isOAuth(request.url ?? '')) oauth(request, response)
    else application(request, response)
  }
}

const forwardedHeaders = ['forwarded', 'x-forwarded-host', 'x-forwarded-for', ':authority']
