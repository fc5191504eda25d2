import type { Pool } from 'pg'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** One completed request, as logs and metrics record it. */
export interface Observation {
  requestId: string
  /** The operation's id or the route's name, never its URL: a URL can carry codes and the ids of pages. */
  route: string
  status: number
  /** `ok`, or the name of the error that the contract or OAuth has for it. */
  outcome: string
  durationMs: number
}

export type Observe = (observation: Observation) => void

/**
 * What Prometheus collects. Each service has a registry of its own, so that several services can
 * run in one process.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #responses: Counter<'route' | 'status' | 'outcome'>
  readonly #duration: Histogram<'route'>

  constructor(pool: Pool) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#responses = new Counter({
      name: 'connected_apps_responses_total',
      help: 'Responses sent, by route, status and outcome.',
      labelNames: ['route', 'status', 'outcome'],
      registers,
    })
    this.#duration = new Histogram({
      name: 'connected_apps_request_duration_seconds',
      help: 'Time from receiving a request to having its response.',
      labelNames: ['route'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
      registers,
    })
    // eslint-disable-next-line no-new -- a gauge registers itself
    new Gauge({
      name: 'connected_apps_database_connections',
      help: 'Connections to PostgreSQL that are idle or busy, and callers that wait for one.',
      labelNames: ['state'],
      registers,
      collect() {
        this.set({ state: 'idle' }, pool.idleCount)
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
        this.set({ state: 'waiting' }, pool.waitingCount)
      },
    })
  }

  observe({ route, status, outcome, durationMs }: Observation): void {
    this.#responses.inc({ route, status, outcome })
    this.#duration.observe({ route }, durationMs / 1000)
  }

  async response(): Promise<Response> {
    return new Response(await this.#registry.metrics(), {
      headers: { 'content-type': this.#registry.contentType },
    })
  }

  close(): void {
    this.#registry.clear()
  }
}
