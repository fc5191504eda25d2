import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Drain {
  /** Accepts no more connections, and closes each one once no response is pending on it. */
  start: () => void
  /** Closes every connection at once, even those with pending responses. */
  destroyAll: () => void
}

/** Tracks a server's connections, so that the server can stop without truncating a response. */
export function createDrain(server: Server): Drain {
  // Node.js doesn't track sockets after CONNECT, and treats a connection that has not sent a byte
  // yet as busy.
  const pendingBySocket = new Map<Socket, Set<ServerResponse>>()
  let isDraining = false
  server.on('connection', (socket) => {
    pendingBySocket.set(socket, new Set())
    socket.once('close', () => pendingBySocket.delete(socket))
  })
  server.prependListener('request', ({ socket }, response) => {
    const pending = pendingBySocket.get(socket) ?? new Set()
    pending.add(response)
    response.once('close', () => {
      pending.delete(response)
      if (isDraining && pending.size === 0) socket.destroySoon()
    })
    if (isDraining) closeAfterLast(pending)
  })
  return {
    start() {
      isDraining = true
      server.close()
      for (const [socket, pending] of pendingBySocket) {
        if (socket.bytesRead === 0) socket.destroy()
        closeAfterLast(pending)
      }
    },
    destroyAll() {
      for (const socket of pendingBySocket.keys()) socket.destroy()
    },
  }
}

// Node.js closes the connection after a response with `Connection: close`, even if pipelined
// requests behind it are still pending. So only the last response may have that header.
function closeAfterLast(pending: Set<ServerResponse>): void {
  const [last, ...earlier] = [...pending].toReversed()
  for (const response of earlier) if (!response.headersSent) response.removeHeader('Connection')
  if (last?.headersSent === false) last.setHeader('Connection', 'close')
}
