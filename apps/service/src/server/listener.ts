import { once } from 'node:events'
import type { Server, ServerOptions } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GracefulClose, ListenOptions } from '@connected-apps/node-http'
import {
  PendingResponses,
  createHttpServer,
  listen,
  prepareGracefulClose,
} from '@connected-apps/node-http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { respondToMalformedRequests } from './malformed-requests.ts'
import type { Observe } from './metrics.ts'
import type { RequestHandler } from './request-scope.ts'

export interface ListenerOptions {
  address: ListenOptions
  /** What it serves at first. */
  application: Hono
  observe: Observe
  httpLimits: ServerOptions | undefined
}

/**
 * A port on which the service listens. What it serves there can be replaced while it listens, so that
 * health checks get a response before the application has been created.
 */
export class Listener {
  readonly pending: PendingResponses
  readonly #server: Server
  readonly #graceful: GracefulClose
  readonly #handleInvalidUrl: (error: unknown) => Response
  readonly #address: ListenOptions
  #listening: Promise<string> | undefined
  readonly #handled = new Set<Promise<void>>()
  #serve: RequestHandler

  constructor({ address, application, observe, httpLimits }: ListenerOptions) {
    this.#address = address
    this.#server = createHttpServer(httpLimits)
    this.pending = new PendingResponses(this.#server)
    this.#graceful = prepareGracefulClose(this.#server, this.pending)
    this.#handleInvalidUrl = respondToMalformedRequests(this.#server, this.pending, observe)
    this.#serve = this.toRequestHandler(application.fetch)
    this.#server.on('request', (request, response) => {
      const handled = this.#serve(request, response)
      this.#handled.add(handled)
      void handled.finally(() => this.#handled.delete(handled))
    })
  }

  toRequestHandler(fetch: Parameters<typeof getRequestListener>[0]): RequestHandler {
    return getRequestListener(fetch, { errorHandler: this.#handleInvalidUrl })
  }

  /** Replaces what it serves. */
  serve(handle: RequestHandler): void {
    this.#serve = handle
  }

  /** Listens, if it doesn't yet. @returns its URL, without a slash at the end */
  listen(): Promise<string> {
    return (this.#listening ??= listen(this.#server, this.#address))
  }

  /** From now on, each response is the last one on its connection. */
  endKeepAlive(): void {
    this.#graceful.endKeepAlive()
  }

  /** Accepts no more connections, and sends the pending responses. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#graceful.begin()
    await closed
  }

  /** Closes every connection at once. */
  forceClose(): void {
    this.#server.close()
    this.#graceful.forceClose()
  }

  /** Waits for the code that still runs for closed connections, but no longer than this. */
  async settle(timeoutMs: number): Promise<void> {
    await Promise.race([
      Promise.allSettled(this.#handled),
      sleep(timeoutMs, undefined, { ref: false }),
    ])
  }
}
