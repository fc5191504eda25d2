import { isProcessRunning } from '../ledger/lock.ts'
import { readLedger } from '../ledger/read-ledger.ts'
import type {
  IncidentRecord,
  LedgerRecord,
  OutcomeRecord,
  PlannedRecord,
  SkippedRecord,
  StoppedRecord,
  VerifiedRecord,
} from '../ledger/records.ts'
import type { Target } from '../target.ts'
import { supersedes } from './describe-verification.ts'
import type { TargetState } from '../ledger/target-states.ts'
import { TargetStates } from '../ledger/target-states.ts'
import type { Interval } from './timeline.ts'
import { Timeline } from './timeline.ts'

/** One process that worked on the ledger. */
export interface Run {
  readonly startedAt: number
  /** When the last that is known of it happened. */
  readonly endedAt: number
  readonly outcomes: number
  readonly end: EndOfRun
}

/**
 * How a run ended; `killed` if that is not in its ledger, which a full disk keeps from being written,
 * too; `unrecorded` if it may also still run on another machine.
 */
export type EndOfRun = StoppedRecord['reason'] | 'killed' | 'running' | 'unrecorded'

/** A target that was not revoked, and why. */
export interface NotRevoked {
  readonly target: Target
  readonly state: Exclude<TargetState, 'revoked'>
  /** Undefined if it has none, or if the ledger has very many others. */
  readonly outcome: OutcomeRecord | undefined
}

/** The content of a report. */
export interface IncidentSummary {
  readonly incident: IncidentRecord
  /** Undefined if the plan is incomplete. */
  readonly planned: PlannedRecord | undefined
  readonly targets: number
  readonly counts: Readonly<Record<TargetState, number>>
  readonly requests: number
  readonly rateLimited: number
  readonly runs: readonly Run[]
  /** Whether the last run is still running, on this machine. */
  readonly isRunning: boolean
  /** How many targets have no final outcome, so that a resume sends them. */
  readonly pending: number
  /** The first apps, with their names if the API has given them. */
  readonly apps: readonly { readonly connected_app_id: string; readonly name: string | undefined }[]
  /** The last result of `verify`, without those that found out less than one before. */
  readonly verified: VerifiedRecord | undefined
  /** A later check that found out less, since it was stopped or lists could not be read. */
  readonly failedCheck: VerifiedRecord | undefined
  /** Whether a run has started since then. */
  readonly isOutdated: boolean
  /** The first of them. */
  readonly notRevoked: readonly NotRevoked[]
  /** The first lines that the plan left out. */
  readonly skippedLines: readonly SkippedRecord[]
  readonly timeline: readonly Interval[]
  readonly latency: { readonly p50: number | undefined; readonly p95: number | undefined }
}

/** How many targets that were not revoked a summary has at most; the ledger has all. */
export const MAX_NOT_REVOKED = 500

/** How many apps a summary has at most. */
const MAX_APPS = 21

/** Of how many targets the last outcome is held, if they were not revoked. */
const MAX_HELD_OUTCOMES = 20 * MAX_NOT_REVOKED

/**
 * Reads a ledger, which may be in use, for a report. Memory has a bound: a byte for each target, and
 * the first {@link MAX_NOT_REVOKED} that were not revoked, for whose ids the targets are read again.
 *
 * @throws {LedgerError} if the file is not a ledger
 */
export async function summarizeLedger(path: string): Promise<IncidentSummary> {
  const collector = new SummaryCollector()
  for await (const record of readLedger(path)) collector.add(record)
  collector.countPending()
  await collector.findLastEnd()
  const { incident, states, timeline, outcomes, apps, ...rest } = collector
  if (incident === undefined) throw new Error('the reader of ledgers insists on an incident')
  const counts = states.perState()
  const areAllRevoked = counts.revoked === states.targets
  return {
    ...rest,
    incident,
    apps: Array.from(apps, ([connected_app_id, name]) => ({ connected_app_id, name })),
    targets: states.targets,
    counts,
    pending: states.count().pending,
    isRunning: collector.runs.at(-1)?.end === 'running',
    notRevoked: areAllRevoked ? [] : await collectNotRevoked(path, states, outcomes),
    timeline: timeline.intervals(),
    latency: { p50: timeline.latency(0.5), p95: timeline.latency(0.95) },
  }
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

class SummaryCollector {
  incident: IncidentRecord | undefined
  planned: PlannedRecord | undefined
  requests = 0
  rateLimited = 0
  /** The targets in flight, and how many responses of 429 each has had. */
  readonly #inFlight = new Map<number, number>()
  readonly runs: Mutable<Run>[] = []
  readonly apps = new Map<string, string | undefined>()
  verified: VerifiedRecord | undefined
  failedCheck: VerifiedRecord | undefined
  isOutdated = false
  /** The process of the last run. */
  #process = ''
  readonly skippedLines: SkippedRecord[] = []
  readonly states = new TargetStates()
  readonly timeline = new Timeline()
  readonly outcomes = new Map<number, OutcomeRecord>()

  add(record: LedgerRecord): void {
    this.states.add(record)
    const run = this.runs.at(-1)
    switch (record.type) {
      case 'incident':
        this.incident = record
        break
      case 'planned':
        this.planned = record
        break
      case 'started':
        this.countPending()
        this.isOutdated = this.verified !== undefined
        this.failedCheck = undefined
        this.#process = record.process
        // Of a run that another one has followed, since the ledger is locked.
        this.runs.push({ startedAt: record.at, endedAt: record.at, outcomes: 0, end: 'killed' })
        this.timeline.startRun(record.at)
        break
      case 'sent':
        this.#inFlight.set(record.ordinal, 0)
        extend(run, record.at)
        break
      case 'rate_limited':
        extend(run, record.at)
        this.rateLimited += 1
        this.#inFlight.set(record.ordinal, (this.#inFlight.get(record.ordinal) ?? 0) + 1)
        this.timeline.recordRateLimited(record.at)
        break
      case 'outcome':
        extend(run, record.endedAt)
        if (run !== undefined) run.outcomes += 1
        this.requests += record.attempts
        this.#inFlight.delete(record.ordinal)
        this.timeline.recordOutcome(record.endedAt, record.durationMs)
        this.#hold(record)
        break
      case 'stopped':
        extend(run, record.at)
        if (run !== undefined) run.end = record.reason
        break
      case 'skipped':
        if (this.skippedLines.length < MAX_NOT_REVOKED) this.skippedLines.push(record)
        break
      case 'verified':
        this.#addCheck(record)
        break
      case 'app':
        this.#addApp(record.connected_app_id, record.name)
        break
      case 'target':
      case 'searched':
        this.#addApp(record.connected_app_id)
        break
      case 'synced':
        break
    }
  }

  /**
   * Counts the requests for targets whose run was killed before their outcomes: one for each response
   * of 429, and one if there was none. Whether another one left after that is not in the ledger.
   */
  countPending(): void {
    for (const limited of this.#inFlight.values()) this.requests += Math.max(1, limited)
    this.#inFlight.clear()
  }

  /** Whether the last run, of which no end is recorded, still runs. */
  async findLastEnd(): Promise<void> {
    const run = this.runs.at(-1)
    if (run?.end !== 'killed') return
    const isRunning = await isProcessRunning(this.#process)
    if (isRunning !== false) run.end = isRunning ? 'running' : 'unrecorded'
  }

  #addApp(id: string, name?: string): void {
    if (this.apps.has(id) ? name !== undefined : this.apps.size < MAX_APPS) this.apps.set(id, name)
  }

  #addCheck(check: VerifiedRecord): void {
    if (supersedes(check, this.isOutdated ? undefined : this.verified)) {
      this.verified = check
      this.failedCheck = undefined
      this.isOutdated = false
    } else {
      this.failedCheck = check
    }
  }

  #hold(outcome: OutcomeRecord): void {
    const { ordinal, result } = outcome
    if (result === 'revoked') this.outcomes.delete(ordinal)
    else if (this.outcomes.size < MAX_HELD_OUTCOMES) this.outcomes.set(ordinal, outcome)
  }
}

function extend(run: Mutable<Run> | undefined, at: number): void {
  if (run !== undefined) run.endedAt = Math.max(run.endedAt, at)
}

/** Reads the targets again, which stand before all outcomes. */
async function collectNotRevoked(
  path: string,
  states: TargetStates,
  outcomes: ReadonlyMap<number, OutcomeRecord>,
): Promise<NotRevoked[]> {
  const found: NotRevoked[] = []
  let ordinal = -1
  for await (const record of readLedger(path)) {
    if (record.type === 'planned' || found.length === MAX_NOT_REVOKED) break
    if (record.type !== 'target') continue
    ordinal += 1
    const state = states.of(ordinal)
    if (state === 'revoked') continue
    const { type: _, ...target } = record
    found.push({ target, state, outcome: outcomes.get(ordinal) })
  }
  return found
}
