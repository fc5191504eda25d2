import { isEveryStandbyRequired, parseStandbyNames } from './standby-names.ts'

/** What the primary reports, in one statement, on the standbys for which commits wait. */
export interface PrimaryState {
  database: string
  /** The cluster's `system_identifier`, which its standbys have too. */
  cluster: string
  /** Whether the role may see all of `pg_stat_replication`. */
  can_read_statistics: boolean
  role: string
  /** In a session that would begin now. */
  next_synchronous_commit: string
  standby_names: string
  /** The position up to which the log is on disk, with everything that was acknowledged. */
  flushed: string
  /** Changes when PostgreSQL restarts. */
  started_at: string
  /** Whether `synchronous_standby_names` is what commits follow, and not still an earlier value of it. */
  is_configuration_in_effect: boolean
  standbys: Standby[]
}

/** A row of `pg_stat_replication`. Null is what the role may not see. */
export interface Standby {
  pid: number
  application_name: string
  /** The replication slot that it uses, which no other standby can use at the same time. */
  slot: string | null
  sync_state: 'async' | 'potential' | 'sync' | 'quorum' | null
  sync_priority: number | null
  replay_lsn: string | null
}

/** What the replica reports on itself. */
export interface ReplicaState {
  database: string
  cluster: string
  can_read_statistics: boolean
  role: string
  is_standby: boolean
  /** The replication slot that it uses. Empty if it uses none; null if it receives nothing. */
  slot: string | null
  /** The position up to which it has applied the log. Null if it is no standby. */
  replayed: string | null
}

/**
 * Decides whether every acknowledged revoke is on the replica: whether a commit of the service waits
 * until the replica has applied it.
 *
 * @param primary read before `replica`
 * @returns the reason for doubt, and what to do, in one line; undefined if there is none
 */
export function whyInDoubt(primary: PrimaryState, replica: ReplicaState): string | undefined {
  return (
    whyNotItsPrimary(primary, replica) ??
    whyNotApplied(primary) ??
    whyNotNeeded(primary, replica) ??
    whyNotYet(primary)
  )
}

/** Whether these are a primary and a standby of the same database, and the roles may read their state. */
function whyNotItsPrimary(primary: PrimaryState, replica: ReplicaState): string | undefined {
  for (const [variable, { can_read_statistics, role }] of [
    ['DATABASE_URL', primary],
    ['READ_DATABASE_URL', replica],
  ] as const) {
    if (!can_read_statistics) {
      return `the role of ${variable} may not see which standbys commits wait for; run GRANT pg_read_all_stats TO ${quote(role)} on the primary`
    }
  }
  if (primary.cluster !== replica.cluster || primary.database !== replica.database) {
    return 'READ_DATABASE_URL leads to another database than DATABASE_URL; it must lead to a streaming replica of it'
  }
  if (!replica.is_standby) {
    return 'READ_DATABASE_URL leads to a server that is no standby; it must lead to a streaming replica of DATABASE_URL'
  }
  return undefined
}

/**
 * Whether commits wait until a synchronous standby has applied them. Those of this instance do in any
 * case; but others may have no READ_DATABASE_URL, and do only by the setting of their role.
 */
function whyNotApplied(primary: PrimaryState): string | undefined {
  const { role, next_synchronous_commit: next } = primary
  if (next === 'remote_apply') return undefined
  return `revokes are not applied on the replica of READ_DATABASE_URL before they are acknowledged, since the role of DATABASE_URL has synchronous_commit = ${next}; run ALTER ROLE ${quote(role)} SET synchronous_commit = remote_apply, and restart every instance (behind PgBouncer, first run RECONNECT in its console)`
}

/** Whether this replica is a synchronous standby of the primary, for which each commit waits. */
function whyNotNeeded(primary: PrimaryState, replica: ReplicaState): string | undefined {
  const { slot } = replica
  if (slot === null) {
    return 'the replica of READ_DATABASE_URL receives nothing from its primary; see its log'
  }
  if (slot === '') {
    return 'the replica of READ_DATABASE_URL has no replication slot, by which it could be identified; create one on the primary, and set primary_slot_name on the replica'
  }
  const standby = primary.standbys.find((each) => each.slot === slot)
  if (standby === undefined) {
    return `the primary at DATABASE_URL has no standby with the replication slot ${slot}, which the replica of READ_DATABASE_URL has; let the replica follow this primary, not another standby`
  }
  if (standby.replay_lsn !== null && isBefore(replica.replayed, standby.replay_lsn)) {
    return `the replica of READ_DATABASE_URL has the replication slot ${slot}, but is not the standby that has it at the primary of DATABASE_URL; let the replica follow this primary, not another standby`
  }
  const { application_name: name } = standby
  const remedy = `set synchronous_standby_names = 'FIRST 1 (${quote(name)})' on the primary, or 'ANY n' of n names with this one`
  if (standby.sync_state === 'sync') return undefined
  if (standby.sync_state !== 'quorum') {
    return `revokes do not wait for the replica of READ_DATABASE_URL (${name} is ${standby.sync_state}); ${remedy}`
  }
  const names = parseStandbyNames(primary.standby_names)
  const quorum = primary.standbys.filter(({ sync_state: state }) => state === 'quorum')
  if (names !== undefined && isEveryStandbyRequired(names) && quorum.length <= names.count) {
    return undefined
  }
  return `revokes may not wait for the replica of READ_DATABASE_URL, since synchronous_standby_names is ${primary.standby_names}; ${remedy}`
}

/** Whether commits may still follow an earlier configuration, in which they wait for no standby. */
function whyNotYet(primary: PrimaryState): string | undefined {
  if (primary.is_configuration_in_effect) return undefined
  return 'revokes may not wait for the replica of READ_DATABASE_URL yet, since the primary has made no checkpoint since it loaded its configuration; run CHECKPOINT on the primary, two seconds after the reload or later'
}

/** Compares two positions in PostgreSQL's log, which are written like `16/B374D848`. */
export function isBefore(position: string | null, other: string): boolean {
  return position === null || toNumber(position) < toNumber(other)
}

function toNumber(position: string): bigint {
  const [high = '', low = ''] = position.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

function quote(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
