import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Watches the connections of a server, so that it can stop without cutting an answer off.
 *
 * @returns what accepts no more connections, and lets go of each as soon as nothing is owed on it
 */
export function prepareDrain(server: Server): () => void {
  // Node counts a connection that has not sent a byte yet as busy.
  const sockets = new Set<Socket>()
  const responses = new Set<ServerResponse>()
  let isDraining = false
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.prependListener('request', (_, response) => {
    responses.add(response)
    response.once('close', () => responses.delete(response))
    if (isDraining) endConnectionAfter(response)
  })
  return () => {
    isDraining = true
    server.close()
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    for (const response of responses) endConnectionAfter(response)
  }
}

// Otherwise Node would keep the connection for a next request, which is not to come.
function endConnectionAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}
