import type { PendingResponses } from '@connected-apps/node-http'
import type { Pool } from 'pg'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { CleanupResult } from '../cleanup.ts'
import type { DatabaseObserver, ReplicaLookupResult } from '../postgres/observer.ts'
import { replicaLookupResults } from '../postgres/observer.ts'
import { failureCauses, unauthorizedCauses } from './cause.ts'
import { findCurrentRequest } from './request-scope.ts'

/**
 * One completed request, as logs and metrics record it. Both take its ids and the cause of its
 * response from its scope.
 */
export interface Observation {
  requestId: string
  /** The operation's id or the route's name, never its URL: a URL can carry codes and the ids of pages. */
  route: string
  status: number
  /** `ok`, or the name of the error in the contract or in OAuth. */
  outcome: string
  durationMs: number
}

export type Observe = (observation: Observation) => void

/** From a fraction of a millisecond to the ten seconds for which the service waits for a statement. */
const secondsBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10]

/**
 * What Prometheus collects. Each service has a registry of its own, so that several services can
 * run in one process. Labels have few values: no ids, and nothing that clients choose.
 */
export class Metrics implements DatabaseObserver {
  readonly #registry = new Registry()
  readonly #pendingRevocations = new Set<{ startedAt: number }>()

  readonly #responses = this.#counter(
    'responses_total',
    'Responses sent, by route, status and outcome.',
    ['route', 'status', 'outcome'],
  )
  readonly #failures = this.#counter('failures_total', 'Responses 5xx, by route and cause.', [
    'route',
    'cause',
  ])
  readonly #unauthorized = this.#counter(
    'unauthorized_total',
    'Responses 401, by route and cause.',
    ['route', 'cause'],
  )
  readonly #duration = this.#histogram(
    'request_duration_seconds',
    'Time from receiving a request to having its response.',
    ['route'],
  )
  readonly #batchSize = this.#histogram(
    'batch_size',
    'Calls that share one statement.',
    ['batch'],
    [1, 2, 4, 8, 16, 32, 64],
  )
  readonly #batchWait = this.#histogram(
    'batch_wait_seconds',
    'Time for which the first call of a batch waited until the batch started.',
    ['batch'],
  )
  readonly #lockWait = this.#histogram(
    'revoke_lock_wait_seconds',
    'Time for which a revoke waited for a row that was locked, for the revokes that had to.',
    [],
  )
  readonly #replicaLookups = this.#counter(
    'replica_lookups_total',
    'Introspections with a read replica, by whether they used it.',
    ['result'],
  )
  readonly #cleanupRemoved = this.#counter('cleanup_removed_total', 'Rows deleted by cleanups.', [
    'removal',
  ])
  readonly #cleanupFailures = this.#counter('cleanup_failures_total', 'Removals that failed.', [
    'removal',
  ])

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
    const pendingRevocations = this.#pendingRevocations
    this.#gauge('pending_revocations', 'Revokes that are not settled yet.', [], (gauge) =>
      gauge.set(pendingRevocations.size),
    )
    this.#gauge(
      'oldest_pending_revocation_seconds',
      'Age of the oldest revoke that is not settled yet; 0 if there is none.',
      [],
      (gauge) => {
        const [oldest] = pendingRevocations
        gauge.set(oldest === undefined ? 0 : (performance.now() - oldest.startedAt) / 1000)
      },
    )
  }

  /**
   * Lets the counters of these routes start at 0. What is first collected with the value 1 has not grown,
   * as Prometheus sees it.
   */
  startCounters(failing: string[], unauthorized: string[]): void {
    for (const route of failing) {
      for (const cause of failureCauses) this.#failures.inc({ route, cause }, 0)
    }
    for (const route of unauthorized) {
      for (const cause of unauthorizedCauses) this.#unauthorized.inc({ route, cause }, 0)
    }
  }

  /** Also collects the state of these at the time of collection. */
  watch(pool: Pool, pending: PendingResponses): void {
    this.#gauge(
      'database_connections',
      'Connections to PostgreSQL that are idle or busy, and callers that wait for one.',
      ['state'],
      (gauge) => {
        gauge.set({ state: 'idle' }, pool.idleCount)
        gauge.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
        gauge.set({ state: 'waiting' }, pool.waitingCount)
      },
    )
    this.#gauge('pending_responses', 'Responses that are not complete.', [], (gauge) =>
      gauge.set(pending.count),
    )
  }

  /** Also collects whether the read replica is trusted. */
  watchReplica(replica: { isTrusted: boolean }): void {
    for (const result of replicaLookupResults) this.#replicaLookups.inc({ result }, 0)
    this.#gauge(
      'read_replica_trusted',
      'Whether introspection may read from the replica: 1 or 0.',
      [],
      (gauge) => gauge.set(replica.isTrusted ? 1 : 0),
    )
  }

  observe({ route, status, outcome, durationMs }: Observation): void {
    this.#responses.inc({ route, status, outcome })
    this.#duration.observe({ route }, durationMs / 1000)
    if (status < 500 && status !== 401) return
    const counter = status === 401 ? this.#unauthorized : this.#failures
    counter.inc({ route, cause: findCurrentRequest()?.cause ?? 'other' })
  }

  observeBatch(batch: string, size: number, waitMs: number): void {
    this.#batchSize.observe({ batch }, size)
    this.#batchWait.observe({ batch }, waitMs / 1000)
  }

  observeLockWait(waitMs: number): void {
    this.#lockWait.observe(waitMs / 1000)
  }

  observeReplicaLookup(result: ReplicaLookupResult): void {
    this.#replicaLookups.inc({ result })
  }

  async trackRevocation<Result>(revocation: Promise<Result>): Promise<Result> {
    const pending = { startedAt: performance.now() }
    this.#pendingRevocations.add(pending)
    try {
      return await revocation
    } finally {
      this.#pendingRevocations.delete(pending)
    }
  }

  observeCleanup({ removed, failures }: CleanupResult): void {
    for (const [removal, count] of Object.entries(removed)) {
      this.#cleanupRemoved.inc({ removal }, count)
      this.#cleanupFailures.inc({ removal }, 0)
    }
    for (const { removal } of failures) this.#cleanupFailures.inc({ removal })
  }

  async response(): Promise<Response> {
    return new Response(await this.#registry.metrics(), {
      headers: { 'content-type': this.#registry.contentType },
    })
  }

  close(): void {
    this.#registry.clear()
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]) {
    return new Counter({ ...this.#described(name, help), labelNames })
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets = secondsBuckets,
  ) {
    return new Histogram({ ...this.#described(name, help), labelNames, buckets })
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    collect: (gauge: Gauge<Label>) => void,
  ): void {
    const gauge: Gauge<Label> = new Gauge({
      ...this.#described(name, help),
      labelNames,
      collect: () => collect(gauge),
    })
  }

  #described(name: string, help: string) {
    return { name: `connected_apps_${name}`, help, registers: [this.#registry] }
  }
}
