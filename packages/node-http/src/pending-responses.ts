import type { Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** Tracks the responses of a server that are not closed yet, by connection. */
export class PendingResponses {
  readonly #responses = new Map<Duplex, Set<ServerResponse>>()

  /** Starts tracking; the server must not listen yet. */
  constructor(server: Server) {
    server.on('connection', (socket) => this.#track(socket))
    // Prepended, so that a response is tracked before other listeners use it.
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

  /** Every open connection, including those without a request and those that became a tunnel. */
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
   * Whether the client would take anything written to the connection now for (a part of) a response
   * that it still awaits.
   */
  isAwaitedOn(connection: Duplex): boolean {
    return [...this.on(connection)].some(
      ({ req, headersSent, writableEnded }) => !writableEnded && (req.complete || headersSent),
    )
  }
}

/**
 * Returns a signal that aborts as soon as the response is closed: because the client disconnected, or
 * because the response is complete.
 */
export function abortOnClose(response: ServerResponse): AbortSignal {
  if (response.closed) return AbortSignal.abort()
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}
