import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** The responses that have not been sent yet, by connection. */
export class PendingResponses {
  readonly #responses = new WeakMap<Duplex, Set<ServerResponse>>()

  /** Tracks the response to a request that has begun, until the response is closed. */
  add(response: ServerResponse): void {
    const { socket } = response.req
    const responses = this.#responses.get(socket) ?? new Set()
    this.#responses.set(socket, responses.add(response))
    response.once('close', () => responses.delete(response))
  }

  /** Whether a complete request on this connection is still without a complete response. */
  has(socket: Duplex): boolean {
    const responses = [...(this.#responses.get(socket) ?? [])]
    return responses.some(({ req, writableEnded }) => req.complete && !writableEnded)
  }
}
