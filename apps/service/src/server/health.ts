import { contract } from '@connected-apps/contract/operations'
import { Hono } from 'hono'
import type { QueryResultRow } from 'pg'
import type { Logger } from 'pino'
import type { ContractResponse } from '../operation/response.ts'
import { newRequestId, toHttpResponse } from '../operation/response.ts'
import { waitingCommits } from '../postgres/commit-gate.ts'
import type { Database } from '../postgres/database.ts'
import { writableQuery } from '../postgres/hosts.ts'
import { parseStandbyNames } from '../postgres/replica/standby-names.ts'
import type { FailureCause } from './cause.ts'
import { causeOf } from './cause.ts'
import type { Metrics, Observe } from './metrics.ts'

/** What an instance is doing. It is ready only while it is running. */
export type Phase = 'starting' | 'running' | 'stopping'

/** How long a commit may wait for a standby before the instance is not ready. */
const maxStandbyWaitMs = 5000

// A read-only database is not enough, since a revoke has to write. Without a write, this finds commits of
// the service that already wait for a standby, and required standbys that are not connected. The latter
// are visible only to roles with pg_read_all_stats.
const checkWritable = {
  name: 'check-writable',
  text: `
    SELECT writable, current_setting('synchronous_standby_names') AS standby_names,
      ${waitingCommits} AS waiting,
      (SELECT count(*)::integer FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))
        AS standbys,
      pg_has_role(session_user, 'pg_read_all_stats', 'USAGE') AS can_read_statistics
    FROM (${writableQuery}) w`,
}

interface Writability {
  writable: boolean
  standby_names: string
  /** Identifies each statement whose commit waits for a standby. */
  waiting: string[]
  /** How many standbys are connected for which commits wait. */
  standbys: number
  can_read_statistics: boolean
}

/**
 * Serves what the platform checks. `/health/live`: the process responds. `/health/ready`: it is running,
 * and can write to its database; with `?exclude=standby`, commits may wait for a standby. Both name the
 * version of the contract that it implements. `/metrics` is for Prometheus.
 *
 * It logs when a running instance is found not to be ready, and when it is ready again, since it no
 * longer gets the requests whose failures would show the cause.
 */
export function createHealth(
  database: Database,
  metrics: Metrics,
  phase: () => Phase,
  logger: Logger,
): Hono {
  const app = new Hono()
  const isStuck = createWaitTracker()
  let cause: FailureCause | undefined
  const check = async (): Promise<FailureCause | undefined> => {
    const found = await whyNotWritable(database, isStuck)
    if (found !== undefined && found !== cause) logger.warn({ cause: found }, 'not ready')
    if (found === undefined && cause !== undefined) logger.info('ready again')
    cause = found
    return found
  }
  app.get('/health/live', (c) => c.json({ live: true, contract: contract.version }))
  app.get('/health/ready', async (c) => {
    const excluded = c.req.query('exclude')
    if (excluded !== undefined && excluded !== 'standby') {
      return c.text('exclude is not "standby", the only check that can be excluded\n', 400)
    }
    const current = phase()
    const found = current === 'running' ? await check() : current
    const isExcluded = excluded === 'standby' && found === 'waiting_for_standby'
    const ready = found === undefined || isExcluded
    return c.json({ ready, cause: found, contract: contract.version }, ready ? 200 : 503)
  })
  app.get('/metrics', async () => metrics.response())
  return app
}

/** @returns undefined if the database can be written to */
async function whyNotWritable(
  database: Database,
  isStuck: (waiting: string[]) => boolean,
): Promise<FailureCause | undefined> {
  try {
    const [found] = await database.query<Writability & QueryResultRow>(checkWritable, [])
    if (found?.writable !== true) return 'read_only'
    const required = parseStandbyNames(found.standby_names)?.count ?? 0
    const isMissing = found.can_read_statistics && found.standbys < required
    return isStuck(found.waiting) || isMissing ? 'waiting_for_standby' : undefined
  } catch (error) {
    return causeOf(error)
  }
}

/**
 * Creates the function that decides, at each check, whether a commit has been waiting for too long. That
 * takes two checks, since PostgreSQL reports when a statement began, but not how long its commit has waited.
 */
function createWaitTracker(): (waiting: string[]) => boolean {
  let seenSince = new Map<string, number>()
  return (waiting) => {
    const now = performance.now()
    seenSince = new Map(waiting.map((each) => [each, seenSince.get(each) ?? now]))
    return [...seenSince.values()].some((since) => now - since >= maxStandbyWaitMs)
  }
}

/** Serves only these routes, and responds to every other request in the same way. */
export function serveOnly(routes: Hono, otherwise: ContractResponse, observe: Observe): Hono {
  const { status, outcome } = otherwise
  return new Hono().route('/', routes).notFound(() => {
    const requestId = newRequestId(undefined)
    observe({ requestId, route: 'unknown', status, outcome, durationMs: 0 })
    return toHttpResponse(otherwise, requestId)
  })
}
