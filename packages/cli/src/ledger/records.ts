import type { Outcome } from '../outcome.ts'
import type { AppInOrganization, ConnectedMember, NamedApp, Target } from '../target.ts'
import type { Skipped } from '../targets/plan-targets.ts'

/*
 * A ledger is a file of JSON lines, only ever appended to:
 *
 * 1. `incident`, once: what the run is about
 * 2. `target`, in the order in which they are revoked; the ordinal of a target is its position among
 *    them. Between them, `app`, `searched` and `skipped` say what a search or a list had besides
 * 3. `planned`, once: the plan is complete; without it there is nothing to resume
 * 4. for each run that has this ledger: `started`, then `sent`, `rate_limited` and `outcome` as they
 *    happen, then `stopped`, unless the process was killed
 * 5. for each `verify`: `app` for each name that it has read, then `verified`
 *
 * After the plan, `synced` stands before each batch of records that are written together. When a
 * machine dies, the batch that was on its way to the disk may have holes, and nobody relies on it;
 * what is damaged before a `synced` was lost otherwise.
 */

/** What the ledger is about. It holds no secret. */
export interface IncidentRecord {
  readonly type: 'incident'
  readonly version: 1
  readonly createdAt: number
  readonly baseUrl: string
  readonly project_id: string
  /** Where the targets come from: a file, `-` for standard input, or a search. */
  readonly source: string
}

export type TargetRecord = { readonly type: 'target' } & Target

/** An Organization in which no target was found, or whose list was not read; `verify` requests its list, too. */
export type SearchedRecord = { readonly type: 'searched' } & AppInOrganization

/** What the API calls an app: from the search for its Members, or from `verify`. */
export type AppRecord = { readonly type: 'app' } & NamedApp

/** A line of the source that is not in the plan. */
export interface SkippedRecord {
  readonly type: 'skipped'
  readonly line: number
  readonly problem: string
}

export interface PlannedRecord {
  readonly type: 'planned'
  readonly targets: number
  readonly skipped: Skipped
}

export interface StartedRecord {
  readonly type: 'started'
  readonly at: number
  /** Names the process, by which the ledger is locked under each of its names. */
  readonly process: string
}

/** On disk before the first request for a target leaves. */
export interface SentRecord {
  readonly type: 'sent'
  readonly ordinal: number
  readonly at: number
}

/** A response of 429, after which the target is tried again. */
export interface RateLimitedRecord {
  readonly type: 'rate_limited'
  readonly ordinal: number
  readonly at: number
}

/** On disk after the last attempt; a target that has one is never sent again, unless it is unknown. */
export type OutcomeRecord = { readonly type: 'outcome' } & Omit<Outcome, 'target'>

export interface StoppedRecord {
  readonly type: 'stopped'
  readonly at: number
  readonly reason: 'finished' | 'interrupted' | 'unavailable'
  /** As of the record `started`. */
  readonly process: string
}

/** What `verify` found. */
export interface VerifiedRecord {
  readonly type: 'verified'
  /** When it ended. */
  readonly at: number
  readonly counts: {
    /** Lists that were read. */
    readonly lists: number
    /** Connected Members, as in {@link ConnectedMember}. */
    readonly again: number
    readonly still: number
    readonly unlisted: number
    /** Lists that the API does not know. */
    readonly unknown: number
    /** Lists that could not be read. */
    readonly unread: number
    /** Lists that were not requested, since the check had stopped. */
    readonly notRequested: number
  }
  /** Why the check stopped before the last list. */
  readonly stopped?: string | undefined
  /** The first of those who are connected. */
  readonly connected: readonly ConnectedMember[]
}

/** All above it was on disk when this was written. */
export interface SyncedRecord {
  readonly type: 'synced'
}

export type LedgerRecord =
  | IncidentRecord
  | TargetRecord
  | SearchedRecord
  | SkippedRecord
  | PlannedRecord
  | StartedRecord
  | SentRecord
  | RateLimitedRecord
  | OutcomeRecord
  | StoppedRecord
  | AppRecord
  | VerifiedRecord
  | SyncedRecord
