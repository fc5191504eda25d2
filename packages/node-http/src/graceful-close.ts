import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { PendingResponses } from './pending-responses.ts'

/** The steps by which a server stops; it emits `close` once no connection is left. */
export interface GracefulClose {
  /**
   * Optional first step, while connections are still accepted: each response from now on closes its
   * connection, so that clients turn elsewhere before connections are closed without one.
   */
  endKeepAlive: () => void
  /** Accepts no more connections, and closes each as soon as no response is pending on it. */
  begin: () => void
  /** Closes every connection at once, whatever is pending on it. */
  forceClose: () => void
}

/**
 * Prepares a server to stop without cutting a response off.
 *
 * `server.close()` alone is not enough: it keeps connections that have not sent a byte yet, and those
 * whose client goes on sending requests, and it knows neither tunnels nor rejected connections.
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
    // `pending` may learn after this listener that the response exists, and that it is closed.
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
        const socket = connection as Socket // the server is not given other connections
        // Once its response is sent, only the client still holds a rejected connection open.
        if (socket.bytesRead === 0 || socket.writableFinished) socket.destroy()
      }
    },
    forceClose() {
      for (const connection of pending.connections) connection.destroy()
    },
  }
}

// Node.js closes the connection after the response that says so, whatever is pending behind it.
function closeAfter(responses: ReadonlySet<ServerResponse>): void {
  const [last, ...earlier] = [...responses].toReversed()
  for (const response of earlier) if (!response.headersSent) response.removeHeader('Connection')
  if (last?.headersSent === false) last.setHeader('Connection', 'close')
}
