import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** The answers that are still to be given, connection by connection. */
export class PendingResponses {
  readonly #responses = new WeakMap<Duplex, Set<ServerResponse>>()

  /** Notes that a request has begun, until the response to it is closed. */
  add(response: ServerResponse): void {
    const { socket } = response.req
    const responses = this.#responses.get(socket) ?? new Set()
    this.#responses.set(socket, responses.add(response))
    response.once('close', () => responses.delete(response))
  }

  /** Whether a whole request came over a connection that is not answered yet. */
  has(socket: Duplex): boolean {
    const responses = [...(this.#responses.get(socket) ?? [])]
    return responses.some(({ req, writableEnded }) => req.complete && !writableEnded)
  }
}
