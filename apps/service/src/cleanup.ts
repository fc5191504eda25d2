import type { Logger } from 'pino'
import { maxRefreshReuseSeconds } from './configuration.ts'
import { lifetimes } from './oauth/configuration.ts'
import type { Database, Statement } from './postgres/database.ts'

const batchSize = 1000
/** How long a grant may have tokens: the lifetime of a refresh token, and a day for wrong clocks. */
const maxGrantAge = `interval '${lifetimes.RefreshToken / (24 * 60 * 60) + 1} days'`
/** How long a signature may be needed after another key signs: as long as a browser's cookie. */
const maxSignatureAge = `interval '${lifetimes.Session / (24 * 60 * 60) + 1} days'`

// PostgreSQL may plan a join as a scan of the whole table, but not a scalar subquery, or a lateral one
// with an OFFSET.
const revocationCount = `(SELECT aa.revocation_count FROM app_authorizations aa
  WHERE aa.organization_id = g.organization_id AND aa.member_id = g.member_id
    AND aa.connected_app_id = g.connected_app_id)`

/**
 * Each of these removes at most one batch of rows that no response depends on any more. A row is
 * kept for a day after it expires, so that a clock that is wrong by minutes deletes nothing that is
 * needed. A consumed token is kept until it expires, so that a replay of it is detected. Its payload is
 * removed once the token can't be used again, whatever `REFRESH_REUSE_SECONDS` an instance has.
 */
const removals: Statement[] = [
  {
    name: 'remove-expired-tokens',
    text: `DELETE FROM tokens WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM tokens WHERE expires_at < now() - interval '1 day'
      ORDER BY expires_at LIMIT $1))`,
  },
  {
    name: 'remove-consumed-payloads',
    text: `UPDATE tokens SET payload = NULL WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM tokens
      WHERE consumed_at < now() - interval '${maxRefreshReuseSeconds} seconds' AND payload IS NOT NULL
      ORDER BY consumed_at LIMIT $1 FOR UPDATE SKIP LOCKED))`,
  },
  {
    name: 'remove-revoked-tokens',
    text: `DELETE FROM tokens WHERE ctid = ANY(ARRAY(
      SELECT t.ctid FROM grants g CROSS JOIN LATERAL (
        SELECT t.ctid FROM tokens t
        WHERE t.organization_id = g.organization_id AND t.grant_id = g.grant_id OFFSET 0) t
      WHERE g.cleanup_due_at < now() AND (g.ended_at IS NOT NULL OR g.epoch < ${revocationCount})
      ORDER BY g.cleanup_due_at LIMIT $1))`,
  },
  {
    // An active grant is kept for as long as it may have tokens, since the Member's browser gets a
    // code for it without another consent.
    name: 'remove-grants',
    text: `DELETE FROM grants WHERE ctid = ANY(ARRAY(
      SELECT g.ctid FROM grants g
      WHERE g.cleanup_due_at < now()
        AND (g.ended_at IS NOT NULL OR g.epoch < ${revocationCount}
          OR g.created_at < now() - ${maxGrantAge})
        AND (SELECT t.grant_id FROM tokens t
          WHERE t.organization_id = g.organization_id AND t.grant_id = g.grant_id LIMIT 1) IS NULL
      ORDER BY g.cleanup_due_at LIMIT $1 FOR UPDATE OF g SKIP LOCKED))`,
  },
  {
    name: 'remove-oidc-sessions',
    text: `DELETE FROM oidc_sessions WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM oidc_sessions WHERE expires_at < now() - interval '1 day'
      ORDER BY expires_at LIMIT $1))`,
  },
  {
    name: 'remove-sessions',
    text: `DELETE FROM sessions WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM sessions WHERE expires_at < now() - interval '1 day'
      ORDER BY expires_at LIMIT $1))`,
  },
  {
    name: 'remove-rate-limits',
    text: `DELETE FROM rate_limits WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM rate_limits
      WHERE window_ends_at < now() - interval '1 day' LIMIT $1 FOR UPDATE SKIP LOCKED))`,
  },
  {
    name: 'remove-server-keys',
    text: `DELETE FROM server_keys WHERE ctid = ANY(ARRAY(
      SELECT k.ctid FROM server_keys k WHERE EXISTS (
        SELECT FROM server_keys newer WHERE newer.generation > k.generation
          AND newer.signs_from < now() - ${maxSignatureAge}) LIMIT $1))`,
  },
]

/** After the removals, every grant whose cleanup is due is active. Its next cleanup is in a day. */
const postpone: Statement = {
  name: 'postpone-grants',
  text: `UPDATE grants SET cleanup_due_at = now() + interval '1 day' WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM grants WHERE cleanup_due_at < now()
    ORDER BY cleanup_due_at LIMIT $1 FOR UPDATE SKIP LOCKED))`,
}

type Executor = Pick<Database, 'execute'>

export interface CleanupResult {
  /** The number of rows that each removal deleted or emptied. */
  removed: Record<string, number>
  failures: { removal: string; error: unknown }[]
}

/**
 * Deletes old rows, in batches, until none are left. If a removal fails, the others still run.
 * Several instances may do this at the same time.
 *
 * @param isStopping checked between batches
 */
export async function cleanUp(
  database: Executor,
  isStopping: () => boolean = () => false,
): Promise<CleanupResult> {
  const result: CleanupResult = { removed: {}, failures: [] }
  const repeat = async (statement: Statement): Promise<number> => {
    let total = 0
    try {
      for (let changed = batchSize; changed === batchSize && !isStopping(); total += changed) {
        changed = await database.execute(statement, [batchSize])
      }
    } catch (error) {
      result.failures.push({ removal: statement.name, error })
    }
    return total
  }
  for (const removal of removals) result.removed[removal.name] = await repeat(removal)
  // If a removal failed, its grants stay due, so that the next run retries it.
  if (result.failures.length === 0) await repeat(postpone)
  return result
}

/** Cleans up at an interval, until it is stopped. A removal that failed is retried the next time. */
export function startCleanup(
  database: Executor,
  intervalMs: number,
  logger: Logger,
  observe: (result: CleanupResult) => void = () => undefined,
) {
  let running: Promise<void> | undefined
  let isStopping = false
  const run = async (): Promise<void> => {
    const result = await cleanUp(database, () => isStopping)
    observe(result)
    log(result, logger)
    running = undefined
  }
  const timer = setInterval(() => {
    running ??= run()
  }, intervalMs)
  timer.unref()
  return {
    /** Waits only for the batch that is running. */
    async stop(): Promise<void> {
      clearInterval(timer)
      isStopping = true
      await running
    },
  }
}

function log({ removed, failures }: CleanupResult, logger: Logger): void {
  for (const { removal, error } of failures) logger.error({ removal, err: error }, 'cleanup failed')
  if (Object.values(removed).some((count) => count > 0)) logger.info(removed, 'cleaned up')
}
