import type { Logger } from 'pino'
import { timeToLive } from './oauth/time-to-live.ts'
import type { Database, Statement } from './postgres/database.ts'

const batchSize = 1000
/** And a day. */
const longestTokenLife = `interval '${timeToLive.RefreshToken / (24 * 60 * 60) + 1} days'`

/**
 * Each removes at most one batch of rows that no answer depends on any more. A row counts as old a
 * day after it expired, so that a clock that is wrong by minutes removes nothing that is needed.
 * A consumed token stays until it expires: its replay must be noticed.
 */
const removals: Statement[] = [
  {
    name: 'remove-expired-tokens',
    text: `DELETE FROM tokens WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM tokens WHERE expires_at < now() - interval '1 day' LIMIT $1))`,
  },
  {
    name: 'remove-revoked-tokens',
    text: `DELETE FROM tokens WHERE ctid = ANY(ARRAY(
      SELECT t.ctid FROM grants g JOIN app_authorizations c
        USING (organization_id, member_id, connected_app_id)
      JOIN tokens t USING (organization_id, grant_id)
      WHERE g.cleanup_due_at < now() AND (g.ended_at IS NOT NULL OR g.epoch < c.revocation_count) LIMIT $1))`,
  },
  {
    // A grant that is alive stays for as long as a token of it might: the Member's browser gets a
    // code for it without another consent.
    name: 'remove-grants',
    text: `DELETE FROM grants WHERE ctid = ANY(ARRAY(
      SELECT g.ctid FROM grants g JOIN app_authorizations c
        USING (organization_id, member_id, connected_app_id)
      WHERE g.cleanup_due_at < now()
        AND (g.ended_at IS NOT NULL OR g.epoch < c.revocation_count
          OR g.created_at < now() - ${longestTokenLife})
        AND NOT EXISTS (SELECT FROM tokens t
          WHERE t.organization_id = g.organization_id AND t.grant_id = g.grant_id)
      LIMIT $1 FOR UPDATE OF g SKIP LOCKED))`,
  },
  {
    name: 'remove-oidc-sessions',
    text: `DELETE FROM oidc_sessions WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM oidc_sessions WHERE expires_at < now() - interval '1 day' LIMIT $1))`,
  },
  {
    name: 'remove-sessions',
    text: `DELETE FROM sessions WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM sessions WHERE expires_at < now() - interval '1 day' LIMIT $1))`,
  },
  {
    name: 'remove-rate-limits',
    text: `DELETE FROM rate_limits WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM rate_limits
      WHERE expire < extract(epoch FROM now() - interval '1 day') * 1000 LIMIT $1))`,
  },
]

/** What is left of the grants that were to be looked at is alive; it is looked at in a day. */
const postpone: Statement = {
  name: 'postpone-grants',
  text: `UPDATE grants SET cleanup_due_at = now() + interval '1 day' WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM grants WHERE cleanup_due_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED))`,
}

type Executor = Pick<Database, 'execute'>

export interface CleanupResult {
  /** How many rows each removal removed. */
  removed: Record<string, number>
  failures: { removal: string; error: unknown }[]
}

/**
 * Removes what is old, in batches, until nothing old is left. A removal that fails stops no other.
 * Instances may do so at once.
 *
 * @param isStopping asked between batches
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
  // What could not be removed is looked at again the next time.
  if (result.failures.length === 0) await repeat(postpone)
  return result
}

/** Cleans up now and then, until stopped. A failure waits for the next time. */
export function startCleanup(database: Executor, intervalMs: number, logger: Logger) {
  let running: Promise<void> | undefined
  let isStopping = false
  const run = async (): Promise<void> => {
    log(await cleanUp(database, () => isStopping), logger)
    running = undefined
  }
  const timer = setInterval(() => {
    running ??= run()
  }, intervalMs)
  timer.unref()
  return {
    /** Waits for the batch under way, and no longer. */
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
