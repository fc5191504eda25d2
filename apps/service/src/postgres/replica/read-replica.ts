import type { QueryResultRow } from 'pg'
import type { Logger } from 'pino'
import { explainError } from '../../command-errors.ts'
import { ConfigurationError } from '../../configuration.ts'
import { checkConnection } from '../check.ts'
import type { DatabaseOptions } from '../database.ts'
import { Database } from '../database.ts'
import { isDatabaseError } from '../errors.ts'
import type { PrimaryState, ReplicaState } from './trust.ts'
import { isBefore, whyInDoubt } from './trust.ts'

/** How often it is checked that revokes wait for the replica. */
const checkIntervalMs = 1000
/** How long a check counts, from its start. So a check that takes too long leaves the replica in doubt. */
const trustMs = 2000
/** How long a connection to the replica, or a statement there, may take; then the primary is read. */
const timeoutMs = 1000
/** One for each batch that may run at a time, and one for the check. */
const poolSize = 3

/**
 * The replication slot that the replica which runs the statement uses at its primary, or an empty text.
 * It is null once the replica is promoted, or no longer connected to its primary. A result that contains
 * it needs no assumption about where a connection leads, even through a pooler or a name that stands for
 * several replicas.
 */
export const replicaSlot = `(SELECT coalesce(slot_name, '') FROM pg_stat_wal_receiver)`

const readReplicaState = {
  name: 'read-replica-state',
  text: `
    SELECT current_database() AS database, system_identifier::text AS cluster,
      pg_has_role(session_user, 'pg_read_all_stats', 'USAGE') AS can_read_statistics,
      session_user::text AS role, pg_is_in_recovery() AS is_standby, ${replicaSlot} AS slot,
      pg_last_wal_replay_lsn()::text AS replayed
    FROM pg_control_system()`,
}

// `pg_stat_replication` may call a standby `sync` before commits wait for it, which they do only once the
// checkpointer has loaded the configuration, too. It loads it when it starts, and before each checkpoint.
// So a checkpoint that began after the configuration was loaded proves it. Its time has whole seconds.
//
// A session keeps the setting of its role from when it began, so what a new one would get is read from
// the catalog. If the catalog no longer has it, the session's own setting can't be relied on.
const readPrimaryState = {
  name: 'read-primary-state',
  text: `
    SELECT current_database() AS database, system_identifier::text AS cluster,
      pg_has_role(session_user, 'pg_read_all_stats', 'USAGE') AS can_read_statistics,
      session_user::text AS role,
      coalesce((
        SELECT split_part(config, '=', 2)
        FROM pg_db_role_setting r, unnest(setconfig) AS config
        WHERE config LIKE 'synchronous\\_commit=%'
          AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
          AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
        ORDER BY setdatabase <> 0 AND setrole <> 0 DESC, setrole <> 0 DESC, setdatabase <> 0 DESC
        LIMIT 1
      ), CASE WHEN s.source LIKE '%user' OR s.source = 'database' THEN s.boot_val ELSE s.setting END
      ) AS next_synchronous_commit,
      current_setting('synchronous_standby_names') AS standby_names,
      pg_current_wal_flush_lsn()::text AS flushed,
      pg_postmaster_start_time()::text AS started_at,
      (pg_conf_load_time() < pg_postmaster_start_time() OR checkpoint_time > pg_conf_load_time())
        AS is_configuration_in_effect,
      coalesce((
        SELECT json_agg(json_build_object('pid', pid, 'application_name', application_name,
          'slot', (SELECT slot_name FROM pg_replication_slots WHERE active_pid = pid),
          'sync_state', sync_state, 'sync_priority', sync_priority, 'replay_lsn', replay_lsn)
          ORDER BY pid)
        FROM pg_stat_replication), '[]') AS standbys
    FROM pg_control_system(), pg_control_checkpoint(), pg_settings s WHERE s.name = 'synchronous_commit'`,
}

export interface ReadReplicaOptions extends Pick<DatabaseOptions, 'url' | 'prepare' | 'observer'> {
  primaryUrl: string
  logger: Logger
}

/**
 * A streaming replica, which is read only while every acknowledged revoke is on it: while commits on
 * the primary wait until this replica has applied them. That is checked every second. In doubt it is
 * not read.
 */
export class ReadReplica {
  /** One connection of its own, since those of the service may all be used by commits that wait. */
  readonly #primary: Database
  readonly #database: Database
  readonly #url: string
  readonly #prepare: boolean
  readonly #logger: Logger
  #trustedUntil = 0
  /** Everything for which commits wait. While it stays the same, no replica has missed a commit. */
  #arrangement: string | undefined
  /** What a replica must have applied, since commits may not have waited for it before. */
  #required = ''
  /** Since when each replica is known, by its slot, to have applied that. A new arrangement begins a new map. */
  #caughtUp = new Map<string, number>()
  #reason: string | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isClosing = false

  constructor({ primaryUrl, logger, ...options }: ReadReplicaOptions) {
    this.#logger = logger
    this.#url = options.url
    this.#prepare = options.prepare ?? true
    const limits = {
      connectTimeoutMs: timeoutMs,
      queueTimeoutMs: timeoutMs,
      statementTimeoutMs: timeoutMs,
      // The statement that used the connection fails as well, or the next check.
      onError: () => undefined,
    }
    this.#primary = new Database({ ...options, ...limits, url: primaryUrl, poolSize: 1 })
    this.#database = new Database({ ...options, ...limits, poolSize })
  }

  /** Whether a statement may be run on the replica now. */
  get isTrusted(): boolean {
    return performance.now() < this.#trustedUntil && this.#caughtUp.size > 0
  }

  /**
   * Checks the replica, and then again every second.
   *
   * @throws {ConfigurationError} if revokes don't wait for it, or that can't be found out
   */
  async start(): Promise<void> {
    const reason = (await this.#whyNotConnected()) ?? (await this.#check())
    if (reason !== undefined) {
      throw new ConfigurationError([
        `${reason}; to start without the replica, unset READ_DATABASE_URL`,
      ])
    }
    this.#timer = setInterval(() => {
      this.#running ??= this.#recheck()
    }, checkIntervalMs)
    this.#timer.unref()
  }

  /**
   * Runs a statement, each of whose rows has {@link replicaSlot} as `replica_slot`.
   *
   * @returns undefined if the result may lack an acknowledged revoke, or there is none
   */
  async query<Row extends { replica_slot: string | null } & QueryResultRow>(
    statement: { name: string; text: string },
    values: unknown[],
  ): Promise<Row[] | undefined> {
    const startedAt = performance.now()
    const caughtUp = this.#caughtUp
    if (!this.isTrusted) return undefined
    let rows: Row[]
    try {
      rows = await this.#database.query<Row>(statement, values)
    } catch (error) {
      this.#doubt(explainError(error, 'READ_DATABASE_URL').join('; '))
      return undefined
    }
    // What the statement saw may be from any time before now.
    const isUnchanged = this.isTrusted && caughtUp === this.#caughtUp
    const slot = rows[0]?.replica_slot ?? ''
    return isUnchanged && (caughtUp.get(slot) ?? Infinity) <= startedAt ? rows : undefined
  }

  /** Stops checking, and closes the connections. */
  async close(): Promise<void> {
    this.#stop()
    await this.#running
    await Promise.all([this.#database.close(), this.#primary.close()])
  }

  /** Closes all connections at once. */
  async forceClose(): Promise<void> {
    this.#stop()
    await Promise.all([this.#database.forceClose(), this.#primary.forceClose()])
  }

  #stop(): void {
    this.#isClosing = true
    clearInterval(this.#timer)
  }

  /** @returns why connections don't support what the service needs */
  async #whyNotConnected(): Promise<string | undefined> {
    try {
      await checkConnection(this.#url, this.#prepare)
      return undefined
    } catch (error) {
      return explainError(error, 'READ_DATABASE_URL').join('; ')
    }
  }

  /** Checks again, and logs what has changed. */
  async #recheck(): Promise<void> {
    const reason = await this.#check()
    this.#running = undefined
    if (reason !== undefined) return this.#doubt(reason)
    if (this.#reason !== undefined) this.#logger.info('the read replica is trusted again')
    this.#reason = undefined
  }

  /** @returns why the replica is in doubt */
  async #check(): Promise<string | undefined> {
    const startedAt = performance.now()
    let variable = 'DATABASE_URL'
    let primary: PrimaryState | undefined
    let replica: ReplicaState | undefined
    try {
      ;[primary] = await this.#primary.query<PrimaryState & QueryResultRow>(readPrimaryState, [])
      variable = 'READ_DATABASE_URL'
      // Not at the same time, since the replica is compared with what the primary knew of it.
      ;[replica] = await this.#database.query<ReplicaState & QueryResultRow>(readReplicaState, [])
    } catch (error) {
      // What a standby reports, since it has no position up to which its own log is on disk.
      const objectNotInPrerequisiteState = '55000'
      if (isDatabaseError(error, objectNotInPrerequisiteState)) {
        return `${variable} leads to a standby; set it to the URL of the primary`
      }
      return explainError(error, variable).join('; ')
    }
    if (primary === undefined || replica === undefined) throw new Error('a state is always one row')
    const reason = whyInDoubt(primary, replica)
    if (reason !== undefined) return reason
    const arrangement = arrangementOf(primary)
    if (arrangement !== this.#arrangement) {
      this.#arrangement = arrangement
      this.#required = primary.flushed
      this.#caughtUp = new Map()
    }
    const { slot, replayed } = replica
    if (slot !== null && !this.#caughtUp.has(slot) && !isBefore(replayed, this.#required)) {
      this.#caughtUp.set(slot, performance.now())
    }
    this.#trustedUntil = startedAt + trustMs
    return undefined
  }

  #doubt(reason: string): void {
    this.#trustedUntil = 0
    // Revokes may have been acknowledged without it, until a later check finds otherwise.
    this.#arrangement = undefined
    this.#caughtUp = new Map()
    // A failure because of connections that are closed on purpose does not concern the replica.
    if (reason === this.#reason || this.#isClosing) return
    this.#reason = reason
    this.#logger.warn(
      { reason },
      'the read replica is in doubt, so introspection reads from the primary',
    )
  }
}

function arrangementOf({ cluster, started_at, standby_names, standbys }: PrimaryState): string {
  const rows = standbys.map((each) => [
    each.pid,
    each.application_name,
    each.sync_state,
    each.sync_priority,
  ])
  return JSON.stringify([cluster, started_at, standby_names, rows])
}
