import type { Logger } from 'pino'
import { maxRefreshReuseSeconds } from './configuration.ts'
import { lifetimes } from './oauth/configuration.ts'
import { batchStatement, runBatch } from './postgres/batch-statement.ts'
import type { BatchDatabase, Key, KeyRow } from './postgres/change-by-key.ts'
import { bucketsOf, changeByKey, changeRows, groupsOf, keysOf } from './postgres/change-by-key.ts'
import type { Database } from './postgres/database.ts'
import type { Statement } from './postgres/statement.ts'
import { lengthOf } from './postgres/statement.ts'

const batchSize = 1000
/** How long a grant may have tokens: the lifetime of a refresh token, plus a day for wrong clocks. */
const maxGrantAge = `interval '${lifetimes.RefreshToken / (24 * 60 * 60) + 1} days'`
/** How long a signature may be needed after another key signs: as long as a browser's cookie. */
const maxSignatureAge = `interval '${lifetimes.Session / (24 * 60 * 60) + 1} days'`

/**
 * Each of these removes what no response depends on any more. A row is kept for a day after it expires,
 * so that a clock that is wrong by minutes deletes nothing that is needed. A consumed token is kept
 * until it expires, so that a replay of it is detected. Its payload is removed once the token can't be
 * used again, whatever `REFRESH_REUSE_SECONDS` an instance has.
 *
 * A batch of keys is found in any buckets, and then changed by its keys: so it never spans two buckets
 * of a distributed database.
 */
const removals: Removal[] = [
  removeByKey('remove-expired-tokens', 'token_hash', {
    find: `SELECT bucket, token_hash AS key FROM tokens
      WHERE expires_at < now() - interval '1 day' ORDER BY expires_at LIMIT $1`,
    change: 'DELETE FROM tokens t USING',
  }),
  removeByKey('remove-consumed-payloads', 'token_hash', {
    find: `SELECT bucket, token_hash AS key FROM tokens
      WHERE consumed_at < now() - interval '${maxRefreshReuseSeconds} seconds' AND payload IS NOT NULL
      ORDER BY consumed_at LIMIT $1`,
    change: 'UPDATE tokens t SET payload = NULL FROM',
  }),
  removeByKey('remove-sessions', 'session_id', {
    find: `SELECT bucket, session_id AS key FROM sessions
      WHERE expires_at < now() - interval '1 day' ORDER BY expires_at LIMIT $1`,
    change: 'DELETE FROM sessions t USING',
  }),
  removeByStatement({
    name: 'remove-oidc-sessions',
    text: `DELETE FROM oidc_sessions
      WHERE id_hash = ANY(ARRAY(
          SELECT id_hash FROM oidc_sessions WHERE expires_at < now() - interval '1 day'
          ORDER BY expires_at LIMIT $1))
        AND expires_at < now() - interval '1 day'`,
  }),
  removeByStatement({
    name: 'remove-rate-limits',
    text: `DELETE FROM rate_limits WHERE project_id = ANY(ARRAY(
      SELECT project_id FROM rate_limits
      WHERE window_ends_at < now() - interval '1 day' LIMIT $1 FOR UPDATE SKIP LOCKED))`,
  }),
  removeByStatement({
    name: 'remove-server-keys',
    text: `DELETE FROM server_keys WHERE generation = ANY(ARRAY(
      SELECT k.generation FROM server_keys k WHERE EXISTS (
        SELECT FROM server_keys newer WHERE newer.generation > k.generation
          AND newer.signs_from < now() - ${maxSignatureAge}) LIMIT $1))`,
  }),
]

// PostgreSQL may plan a join as a scan of the whole table, but not a scalar subquery. Both columns are
// permanent, so they are still true when the grants are removed.
const findDueGrants: Statement = {
  name: 'find-due-grants',
  text: `
    SELECT bucket, grant_id AS key, ended_at IS NOT NULL OR epoch < (
        SELECT aa.revocation_count FROM app_authorizations aa
        WHERE aa.bucket = g.bucket AND aa.organization_id = g.organization_id
          AND aa.member_id = g.member_id AND aa.connected_app_id = g.connected_app_id
      ) AS is_revoked, created_at < now() - ${maxGrantAge} AS is_old,
      now() + interval '1 day' AS tomorrow
    FROM grants g WHERE cleanup_due_at < now() ORDER BY cleanup_due_at LIMIT $1`,
}

interface DueGrant extends KeyRow {
  is_revoked: boolean
  is_old: boolean
  /** Citus can't evaluate it in the statement that changes the row. */
  tomorrow: Date
}

const findTokens = batchStatement(
  'find-tokens-of-grants',
  3,
  (onlyIn) => `SELECT t.bucket, t.token_hash AS key
    FROM (SELECT * FROM unnest($1::integer[], $2::text[]) LIMIT ${lengthOf('$2')}) AS k (bucket, key)
    JOIN tokens t ON t.bucket = k.bucket ${onlyIn('t.bucket')} AND t.grant_id = k.key
    LIMIT $3`,
)

const removeTokens = changeByKey(
  'remove-revoked-tokens',
  'token_hash',
  'DELETE FROM tokens t USING',
)

// An active grant is kept for as long as it has tokens, since the Member's browser gets a code for it
// without another consent.
const removeGrants = changeByKey('remove-grants', 'grant_id', 'DELETE FROM grants t USING', {
  and: (onlyIn) => `AND NOT EXISTS (
    SELECT FROM tokens o WHERE o.bucket = t.bucket ${onlyIn('o.bucket')}
      AND o.grant_id = t.grant_id)`,
})

const postponeGrants = changeByKey(
  'postpone-grants',
  'grant_id',
  'UPDATE grants t SET cleanup_due_at = $3::timestamptz FROM',
  { parameters: 3 },
)

export interface CleanupResult {
  /** The number of rows that each removal deleted or emptied. */
  removed: Record<string, number>
  failures: { removal: string; error: unknown }[]
}

const grantRemoval: Removal = { name: removeGrants.name, run: removeDueGrants }

/** The result of a cleanup that finds nothing. */
export function emptyResult(): CleanupResult {
  const names = [removeTokens.name, ...[...removals, grantRemoval].map(({ name }) => name)]
  return { removed: Object.fromEntries(names.map((name) => [name, 0])), failures: [] }
}

/**
 * Deletes old rows, in batches, until none are left. If a removal fails, the others still run.
 * Several instances may do this at the same time.
 *
 * @param isStopping checked between batches
 */
export async function cleanUp(
  database: BatchDatabase,
  isStopping: () => boolean = () => false,
): Promise<CleanupResult> {
  const { removed, failures } = emptyResult()
  for (const { name, run } of [...removals, grantRemoval]) {
    const count = (changed: number, by = name): void => {
      removed[by] = (removed[by] ?? 0) + changed
    }
    try {
      let size = batchSize
      while (size === batchSize && !isStopping()) size = await run(database, count, isStopping)
    } catch (error) {
      failures.push({ removal: name, error })
    }
  }
  return { removed, failures }
}

/** Adds to the number of rows that a removal changed, by default the one that runs. */
type Count = (changed: number, by?: string) => void

/** Removes one batch. */
interface Removal {
  name: string
  /** @returns how many rows were found, which are as many as fit into a batch if there may be more */
  run: (database: BatchDatabase, count: Count, isStopping: () => boolean) => Promise<number>
}

function removeByStatement(statement: Statement): Removal {
  return {
    name: statement.name,
    async run(database, count) {
      const changed = (await database.run(statement, [batchSize])).rowCount ?? 0
      count(changed)
      return changed
    },
  }
}

function removeByKey(
  name: string,
  key: Key,
  { find, change }: { find: string; change: string },
): Removal {
  const statement = changeByKey(name, key, change)
  return {
    name,
    async run(database, count) {
      const { rows } = await database.run<KeyRow>({ name: `find-for-${name}`, text: find }, [
        batchSize,
      ])
      count(await changeRows(database, statement, rows))
      return rows.length
    },
  }
}

/** Removes those grants whose cleanup is due, except for the active ones: their next cleanup is in a day. */
async function removeDueGrants(
  database: BatchDatabase,
  count: Count,
  isStopping: () => boolean,
): Promise<number> {
  const { rows } = await database.run<DueGrant>(findDueGrants, [batchSize])
  const revoked = rows.filter((row) => row.is_revoked)
  for (const grants of groupsOf(database, revoked)) {
    let size = batchSize
    while (size === batchSize) {
      // A grant may have any number of tokens. It stays due, so the next run continues with it.
      if (isStopping()) return 0
      const values = [...keysOf(grants), batchSize]
      const tokens = await runBatch<KeyRow>(database, findTokens, values, bucketsOf(grants))
      count(await changeRows(database, removeTokens, tokens.rows), removeTokens.name)
      size = tokens.rows.length
    }
  }
  const removable = rows.filter((row) => row.is_revoked || row.is_old)
  count(await changeRows(database, removeGrants, removable))
  await changeRows(database, postponeGrants, rows, rows[0]?.tomorrow)
  return rows.length
}

/** Cleans up at an interval, until it is stopped. A removal that failed is retried the next time. */
export function startCleanup(
  database: BatchDatabase & Pick<Database, 'rejectsCommits'>,
  intervalMs: number,
  logger: Logger,
  observe: (result: CleanupResult) => void = () => undefined,
) {
  let running: Promise<void> | undefined
  let isStopping = false
  const run = async (): Promise<void> => {
    // These statements would wait for the standby as well.
    const result = await cleanUp(database, () => isStopping || database.rejectsCommits)
    observe(result)
    log(result, logger)
    running = undefined
  }
  const timer = setInterval(() => {
    running ??= run()
  }, intervalMs)
  timer.unref()
  return {
    /** Waits for no more than the running batch. */
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
