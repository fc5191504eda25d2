import { createServer } from 'node:http'
import type { Server, ServerOptions } from 'node:http'

const bounds = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than the 60 seconds for which load balancers usually keep an idle connection. The side that
  // reuses it must be the one that closes it: otherwise a request may arrive just as it is closed, and
  // its client sees ECONNRESET and can't know whether the request was processed.
  keepAliveTimeout: 75_000,
}

/**
 * A server without handlers that no slow or silent client can hold, and that never responds by
 * itself: requests without a `Host` and with an unknown `Expect` are emitted as `request` too.
 *
 * @param options of `node:http`; they take precedence over the bounds
 */
export function createHttpServer(options: ServerOptions = {}): Server {
  const { headersTimeout = bounds.headersTimeout } = options
  const server = createServer({
    ...bounds,
    // Timeouts are noticed at the next check.
    connectionsCheckingInterval: Math.min(1_000, headersTimeout),
    requireHostHeader: false,
    ...options,
  })
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  return server
}
