import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'pg'
import type { ClientConfig } from 'pg'

const checkIntervalMs = 1000

/** An expression for the service's own commits that wait for a standby, as an array of texts. */
export const waitingCommits = `ARRAY(
  SELECT pid || ' ' || query_start FROM pg_stat_activity
  WHERE wait_event = 'SyncRep' AND datname = current_database() AND usename = session_user)`

/** Commits wait for a standby that does not respond, so no more are begun. */
export class WaitingForStandbyError extends Error {
  override readonly name = 'WaitingForStandbyError'

  constructor() {
    super('commits wait for a standby, so no more are begun until it responds')
  }
}

/**
 * Keeps commits from piling up behind a standby that does not respond. PostgreSQL keeps a session for
 * each commit that waits, even when the service has given up on it and closed its connection. If every
 * request began another, they would take all connections of the server, and what only reads would fail.
 */
export class CommitGate {
  /** A connection of its own, since commits that wait may use all of the others. */
  readonly #pool: Pool
  #isClosed = false
  #isWatching = false

  constructor(config: ClientConfig) {
    this.#pool = new Pool({ ...config, max: 1 })
    // The query that used the connection fails as well.
    this.#pool.on('error', () => undefined)
  }

  /** Whether no commit may be begun now. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /**
   * Closes it for as long as commits wait for a standby. Called when a statement timed out. If that was
   * a commit, it most likely waited for a standby, so the gate closes at once.
   */
  suspect(isCommit: boolean): void {
    if (isCommit) this.#isClosed = true
    if (!this.#isWatching) void this.#watch()
  }

  /** Stops asking PostgreSQL. The connection is closed once a pending query has finished. */
  stop(): void {
    if (!this.#pool.ending) void this.#pool.end()
  }

  async #watch(): Promise<void> {
    this.#isWatching = true
    // If PostgreSQL can't be asked, nothing is known of standbys, and a commit fails by itself.
    let waiting = await this.#findWaiting().catch(() => [])
    while (waiting.length > 0 && !this.#pool.ending) {
      await sleep(checkIntervalMs, undefined, { ref: false })
      try {
        const before = new Set(waiting)
        // Those that began since may be ordinary commits of other instances.
        waiting = (await this.#findWaiting()).filter((each) => before.has(each))
        this.#isClosed = waiting.length > 0
      } catch {
        // As long as PostgreSQL does not say otherwise, they still wait.
      }
    }
    this.#isClosed = false
    this.#isWatching = false
  }

  async #findWaiting(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ waiting: string[] }>(
      `SELECT ${waitingCommits} AS waiting`,
    )
    return rows[0]?.waiting ?? []
  }
}
