import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** Tracks, for each connection, the responses that have not been sent yet. */
export class PendingResponses {
  readonly #responses = new WeakMap<Duplex, Set<ServerResponse>>()

  /** Tracks a response until it is closed. */
  add(response: ServerResponse): void {
    const { socket } = response.req
    const responses = this.#responses.get(socket) ?? new Set()
    this.#responses.set(socket, responses.add(response))
    response.once('close', () => responses.delete(response))
  }

  /** Whether a complete request arrived on this connection and its response is still pending. */
  has(socket: Duplex): boolean {
    const responses = [...(this.#responses.get(socket) ?? [])]
    return responses.some(({ req, writableEnded }) => req.complete && !writableEnded)
  }
}
