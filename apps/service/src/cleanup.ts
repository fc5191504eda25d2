import type { Logger } from 'pino'
import type { Database, Statement } from './postgres/database.ts'

const batchSize = 1000

/**
 * Each removes at most one batch of rows that no answer depends on any more. A row counts as old a
 * day after it expired, so that a clock that is wrong by minutes removes nothing that is needed.
 * A consumed token stays until it expires: its replay must be noticed.
 */
const removals: Statement[] = [
  {
    name: 'remove-tokens',
    text: `DELETE FROM tokens WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM tokens WHERE expires_at < now() - interval '1 day' LIMIT $1))`,
  },
  {
    name: 'remove-dead-tokens',
    text: `DELETE FROM tokens WHERE ctid = ANY(ARRAY(
      SELECT t.ctid FROM grants g JOIN connections c
        USING (organization_id, member_id, connected_app_id)
      JOIN tokens t USING (organization_id, grant_id)
      WHERE (g.ended_at IS NOT NULL OR g.epoch < c.revocations)
        AND g.created_at < now() - interval '1 day' LIMIT $1))`,
  },
  {
    name: 'remove-grants',
    text: `DELETE FROM grants WHERE ctid = ANY(ARRAY(
      SELECT g.ctid FROM grants g JOIN connections c
        USING (organization_id, member_id, connected_app_id)
      WHERE (g.ended_at IS NOT NULL OR g.epoch < c.revocations)
        AND g.created_at < now() - interval '1 day'
        AND NOT EXISTS (SELECT FROM tokens t
          WHERE t.organization_id = g.organization_id AND t.grant_id = g.grant_id) LIMIT $1))`,
  },
  {
    name: 'remove-browser-states',
    text: `DELETE FROM browser_states WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM browser_states WHERE expires_at < now() - interval '1 day' LIMIT $1))`,
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

/** Removes what is old, in batches, until nothing old is left. Instances may do so at once. */
export async function cleanUp(database: Database): Promise<number> {
  let total = 0
  for (const removal of removals) {
    let removed: number
    do {
      removed = await database.execute(removal, [batchSize])
      total += removed
    } while (removed === batchSize)
  }
  return total
}

/** Cleans up now and then, until stopped. A failure waits for the next time. */
export function startCleanup(database: Database, intervalMs: number, logger: Logger) {
  let running = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(() => cleanUpAndLog(database, logger))
  }, intervalMs)
  timer.unref()
  return {
    stop: (): Promise<void> => {
      clearInterval(timer)
      return running
    },
  }
}

async function cleanUpAndLog(database: Database, logger: Logger): Promise<void> {
  try {
    const removed = await cleanUp(database)
    if (removed > 0) logger.info({ removed }, 'cleaned up')
  } catch (error) {
    logger.error({ err: error }, 'cleanup failed')
  }
}
