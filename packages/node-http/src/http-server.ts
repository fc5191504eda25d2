import { createServer } from 'node:http'
import type { Server, ServerOptions } from 'node:http'

const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than the 60 seconds for which load balancers usually keep an idle connection. The side that
  // reuses a connection must be the one that closes it: otherwise a request may arrive just as it is
  // closed, and the client gets ECONNRESET without knowing whether the request was processed.
  keepAliveTimeout: 75_000,
}

/**
 * Creates a server, without handlers, that limits how long slow or silent clients occupy it, and never
 * responds by itself: requests without a `Host` or with an unknown `Expect` are emitted as `request` too.
 *
 * @param options those of `node:http`, which take precedence over the limits
 */
export function createHttpServer(options: ServerOptions = {}): Server {
  const { headersTimeout = limits.headersTimeout } = options
  const server = createServer({
    ...limits,
    // Timeouts only take effect at the next check.
    connectionsCheckingInterval: Math.min(1_000, headersTimeout),
    requireHostHeader: false,
    ...options,
  })
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  return server
}
