import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Drain {
  /** Accepts no more connections, and lets go of each as soon as nothing is owed on it. */
  begin: () => void
  /** Ends every connection, whatever is owed on it. */
  cutOff: () => void
}

/** Watches the connections of a server, so that it can stop without cutting an answer off. */
export function prepareDrain(server: Server): Drain {
  // Node loses sight of tunnels, and counts a connection that has not sent a byte yet as busy.
  const owedOn = new Map<Socket, Set<ServerResponse>>()
  let isDraining = false
  server.on('connection', (socket) => {
    owedOn.set(socket, new Set())
    socket.once('close', () => owedOn.delete(socket))
  })
  server.prependListener('request', ({ socket }, response) => {
    const owed = owedOn.get(socket) ?? new Set()
    owed.add(response)
    response.once('close', () => {
      owed.delete(response)
      if (isDraining && owed.size === 0) socket.destroySoon()
    })
    if (isDraining) endConnectionAfter(owed)
  })
  return {
    begin() {
      isDraining = true
      server.close()
      for (const [socket, owed] of owedOn) {
        if (socket.bytesRead === 0) socket.destroy()
        endConnectionAfter(owed)
      }
    },
    cutOff() {
      for (const socket of owedOn.keys()) socket.destroy()
    },
  }
}

// Node ends the connection after the answer that says so, whatever is owed behind it.
function endConnectionAfter(owed: Set<ServerResponse>): void {
  const [last, ...earlier] = [...owed].toReversed()
  for (const response of earlier) if (!response.headersSent) response.removeHeader('Connection')
  if (last?.headersSent === false) last.setHeader('Connection', 'close')
}
