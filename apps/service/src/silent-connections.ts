import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Watches for connections that have not sent a byte yet. Node counts them as busy.
 *
 * @returns what closes them
 */
export function watchSilentConnections(server: Server): () => void {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}
