import type { Pool } from 'pg'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { Observation } from '../observation.ts'

/** What Prometheus collects. Each service has its own registry, so that two fit in one process. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #answers: Counter<'route' | 'status' | 'answer'>
  readonly #seconds: Histogram<'route'>

  constructor(pool: Pool) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#answers = new Counter({
      name: 'connected_apps_answers_total',
      help: 'Answers given, by route, status and the name of the answer.',
      labelNames: ['route', 'status', 'answer'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'connected_apps_answer_seconds',
      help: 'Time from the request to its answer.',
      labelNames: ['route'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
      registers,
    })
    // eslint-disable-next-line no-new -- a gauge registers itself
    new Gauge({
      name: 'connected_apps_database_connections',
      help: 'Connections to PostgreSQL, by what they are doing.',
      labelNames: ['state'],
      registers,
      collect() {
        this.set({ state: 'idle' }, pool.idleCount)
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
        this.set({ state: 'awaited' }, pool.waitingCount)
      },
    })
  }

  observe({ route, status, answer, durationMs }: Observation): void {
    this.#answers.inc({ route, status, answer })
    this.#seconds.observe({ route }, durationMs / 1000)
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
