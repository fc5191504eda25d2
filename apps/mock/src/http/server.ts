import { contract } from '@connected-apps/contract/operations'
import {
  createHttpServer,
  listen,
  PendingResponses,
  rawResponse,
  rejectMalformedRequests,
} from '@connected-apps/node-http'
import type { ListenOptions } from '@connected-apps/node-http'
import type { IncomingMessage, ServerOptions, ServerResponse } from 'node:http'
import { sendJson } from './send.ts'

/** A server that is listening. */
export interface RunningServer {
  url: string
  close(): Promise<void>
}

/** How long a connection may be silent; longer than the longest delay of a response. */
const idleTimeoutMs = 120_000

/**
 * Starts an HTTP server that responds even to malformed requests, as the contract defines.
 *
 * @throws {ListenError}
 */
export async function startServer(
  address: ListenOptions,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  options: ServerOptions = {},
): Promise<RunningServer> {
  const server = createHttpServer(options)
  server.maxConnections = 4096
  server.setTimeout(idleTimeoutMs)
  const pending = new PendingResponses(server)
  rejectMalformedRequests(server, pending, (rejected) => {
    const { status, body } = rejected === 'connect' ? contract.unmatched : contract.malformed
    return rawResponse(status, { 'content-type': 'application/json' }, JSON.stringify(body))
  })
  server.on('request', (request, response) => {
    // RFC 9112 section 3.2 requires a Host header in HTTP/1.1.
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      response.setHeader('Connection', 'close')
      sendJson(response, contract.malformed.status, contract.malformed.body)
    } else handle(request, response)
  })
  return {
    url: await listen(server, address),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const connection of pending.connections) connection.destroy()
      }),
  }
}
