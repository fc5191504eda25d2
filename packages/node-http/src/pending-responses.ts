import type { Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** The responses of a server that are not closed yet, by connection. */
export class PendingResponses {
  readonly #responses = new Map<Duplex, Set<ServerResponse>>()

  /** Watches the server from now on; create it before the server listens. */
  constructor(server: Server) {
    server.on('connection', (socket) => this.#track(socket))
    // First, so that a response is known before anything is done with it.
    server.prependListener('request', ({ socket }, response) => {
      const responses = this.#responses.get(socket) ?? this.#track(socket)
      responses.add(response)
      response.once('close', () => responses.delete(response))
    })
  }

  #track(connection: Duplex): Set<ServerResponse> {
    const responses = new Set<ServerResponse>()
    this.#responses.set(connection, responses)
    connection.once('close', () => this.#responses.delete(connection))
    return responses
  }

  /** Every open connection, also one without a request, and one that became a tunnel. */
  get connections(): Iterable<Duplex> {
    return this.#responses.keys()
  }

  /** How many responses are not closed yet. */
  get count(): number {
    let count = 0
    for (const { size } of this.#responses.values()) count += size
    return count
  }

  /** The responses on a connection that are not closed yet, the oldest first. */
  on(connection: Duplex): ReadonlySet<ServerResponse> {
    return this.#responses.get(connection) ?? new Set()
  }

  /**
   * Whether the client would take what is written to the connection now for a response, or for a
   * part of one, that it still waits for.
   */
  isAwaitedOn(connection: Duplex): boolean {
    return [...this.on(connection)].some(
      ({ req, headersSent, writableEnded }) => !writableEnded && (req.complete || headersSent),
    )
  }
}

/**
 * A signal that aborts as soon as the response is closed: when the client disconnects, and when the
 * response is complete.
 */
export function abortOnClose(response: ServerResponse): AbortSignal {
  if (response.closed) return AbortSignal.abort()
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}
