import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { PendingResponses } from './pending-responses.ts'

/** The steps of stopping a server, which emits `close` once no connection is left. */
export interface GracefulClose {
  /**
   * Optional first step, while connections are still accepted: from now on, each response closes its
   * connection, so that clients reconnect elsewhere before idle connections are closed.
   */
  endKeepAlive: () => void
  /** Stops accepting connections, and closes each one as soon as no response is pending on it. */
  begin: () => void
  /** Closes every connection immediately, even if responses are pending on it. */
  forceClose: () => void
}

/**
 * Prepares a server to stop without cutting a response off.
 *
 * `server.close()` alone is not enough: it keeps connections that have not sent a byte yet, and those
 * whose client continues to send requests, and it ignores tunnels and rejected connections.
 *
 * @example
 * const { begin, forceClose } = prepareGracefulClose(server, pending)
 * begin()
 * const timer = setTimeout(forceClose, 10_000)
 * server.once('close', () => clearTimeout(timer))
 */
export function prepareGracefulClose(server: Server, pending: PendingResponses): GracefulClose {
  let isKeepAliveOver = false
  let isClosing = false
  server.prependListener('request', ({ socket }, response) => {
    const responses = pending.on(socket)
    // The listeners of `pending` may run after this one, both for a new response and for its end.
    response.once('close', () => {
      if (isClosing && [...responses].every((each) => each === response)) socket.destroySoon()
    })
    if (isKeepAliveOver) closeAfter(new Set([...responses, response]))
  })
  const endKeepAlive = (): void => {
    isKeepAliveOver = true
    for (const connection of pending.connections) closeAfter(pending.on(connection))
  }
  return {
    endKeepAlive,
    begin() {
      endKeepAlive()
      isClosing = true
      server.close()
      for (const connection of pending.connections) {
        const socket = connection as Socket // safe: connections of a server are sockets
        // After the response to a rejected request, only the client still keeps its connection open.
        if (socket.bytesRead === 0 || socket.writableFinished) socket.destroy()
      }
    },
    forceClose() {
      for (const connection of pending.connections) connection.destroy()
    },
  }
}

// Node.js closes the connection after the first response with this header, even if others are pending.
function closeAfter(responses: ReadonlySet<ServerResponse>): void {
  const [last, ...earlier] = [...responses].toReversed()
  for (const response of earlier) if (!response.headersSent) response.removeHeader('Connection')
  if (last?.headersSent === false) last.setHeader('Connection', 'close')
}
