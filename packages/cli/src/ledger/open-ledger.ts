import { constants, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Outcome } from '../outcome.ts'
import type { NamedApp, OrdinalTarget } from '../target.ts'
import { Apps } from '../targets/apps.ts'
import type { AppsSummary } from '../targets/apps.ts'
import type { Skipped } from '../targets/plan-targets.ts'
import { AppendLog } from './append-log.ts'
import { LedgerError, orLedgerError } from './ledger-error.ts'
import { lock, nameProcess, rejectRunning } from './lock.ts'
import type { Unlock } from './lock.ts'
import type { IncidentRecord, LedgerRecord, StoppedRecord, VerifiedRecord } from './records.ts'
import { readRecordsFrom, scanLedger } from './scan-ledger.ts'
import type { TornEnd } from './scan-ledger.ts'
import { TargetStates } from './target-states.ts'
import type { LedgerCounts } from './target-states.ts'

/** A ledger that this process runs. */
export interface Ledger {
  readonly incident: IncidentRecord
  /** What the plan left out. */
  readonly skipped: Skipped
  readonly apps: AppsSummary
  /** What the ledger held when it was opened. */
  readonly counts: LedgerCounts
  /** The line from which on the end of the file was damaged, and was removed; nothing in it had been acknowledged. */
  readonly repairedLine: number | undefined
  /**
   * Begins a run: to be waited for before any of its records. If it rejects with a `LedgerError`, since
   * another process has used the ledger meanwhile or it cannot be written, the ledger is closed.
   */
  start(): Promise<void>
  /** Targets without a final outcome when the ledger was opened, in order. Reads the file again. */
  pendingTargets(): AsyncIterable<OrdinalTarget>
  /** To be waited for before the first request for a target leaves. Rejects with a `LedgerError`. */
  recordSent(ordinal: number): Promise<void>
  /** The target is done once this resolves. Rejects with a `LedgerError`. */
  recordOutcome(outcome: Outcome): Promise<void>
  /** Is on disk with the next record that is waited for. */
  recordRateLimited(ordinal: number): void
  /** Resolves once what `verify` found is on disk. Rejects with a `LedgerError`. */
  recordVerified(apps: readonly NamedApp[], verified: VerifiedRecord): Promise<void>
  /** Ends the run, if one was started, and unlocks the file. Rejects with a `LedgerError` if any record may not be on disk. */
  close(reason?: StoppedRecord['reason']): Promise<void>
}

/**
 * Opens a ledger: locks it against other processes, removes a damaged end, and reads what is done.
 *
 * @param held the lock, if the caller has it; it is freed with the ledger, or if it cannot be opened
 * @throws {LedgerError} if it cannot be read or written, is in use, is no ledger, or is damaged
 */
export async function openLedger(path: string, held?: Unlock): Promise<Ledger> {
  const unlock = held ?? (await lock(path))
  let handle: FileHandle | undefined
  try {
    const opening = open(path, constants.O_RDWR | constants.O_APPEND)
    handle = await orLedgerError(opening, `${path} cannot be opened`)
    const { size } = await handle.stat()
    const content = await readContent(handle, path)
    await rejectRunning(path, content.processes)
    if (content.torn) {
      await orLedgerError(handle.truncate(content.torn.offset), `${path} cannot be repaired`)
    }
    // What a killed process wrote may not be on disk yet, and the first batch claims that it is.
    await orLedgerError(handle.sync(), `${path} cannot be written`)
    const end = content.torn?.offset ?? size
    return new OpenLedger(path, content, { handle, unlock, end })
  } catch (error) {
    await handle?.close()
    await unlock()
    throw error
  }
}

/** What a ledger holds when it is opened. */
interface Content {
  readonly incident: IncidentRecord
  readonly skipped: Skipped
  readonly apps: AppsSummary
  readonly states: TargetStates
  readonly torn: TornEnd | undefined
  /** The processes that have started with it, and not stopped. */
  readonly processes: ReadonlySet<string>
}

function recordProcess(processes: Set<string>, record: LedgerRecord): void {
  if (record.type !== 'started' && record.type !== 'stopped') return
  if (record.type === 'started') processes.add(record.process)
  else processes.delete(record.process)
}

async function readContent(handle: FileHandle, path: string): Promise<Content> {
  let incident: IncidentRecord | undefined
  let skipped: Skipped | undefined
  const apps = new Apps()
  const states = new TargetStates()
  const processes = new Set<string>()
  const scan = scanLedger(handle, path)
  let step = await scan.next()
  for (; step.done !== true; step = await scan.next()) {
    if (step.value.type === 'incident') incident = step.value
    if (step.value.type === 'planned') skipped = step.value.skipped
    states.add(step.value)
    apps.addFrom(step.value)
    recordProcess(processes, step.value)
  }
  if (!incident || !skipped) throw new LedgerError(`${path} has no plan`) // the scan throws before
  return { incident, skipped, apps: apps.summarize(), states, torn: step.value, processes }
}

class OpenLedger implements Ledger {
  readonly incident: IncidentRecord
  readonly skipped: Skipped
  readonly apps: AppsSummary
  readonly counts: LedgerCounts
  readonly repairedLine: number | undefined
  readonly #path: string
  readonly #states: TargetStates
  readonly #handle: FileHandle
  readonly #log: AppendLog
  readonly #unlock: Unlock
  /** How long the file was when it was read. */
  readonly #end: number
  /** Names this process, once its run has started. */
  #process: string | undefined

  constructor(
    path: string,
    { incident, skipped, apps, states, torn }: Content,
    { handle, unlock, end }: { handle: FileHandle; unlock: Unlock; end: number },
  ) {
    this.incident = incident
    this.skipped = skipped
    this.apps = apps
    this.counts = states.count()
    this.repairedLine = torn?.line
    this.#path = path
    this.#states = states
    this.#handle = handle
    this.#log = new AppendLog(handle, path)
    this.#unlock = unlock
    this.#end = end
  }

  async start(): Promise<void> {
    try {
      const process = await nameProcess()
      await this.#log.append({ type: 'started', at: Date.now(), process })
      await this.#rejectOthers(process)
      this.#process = process
    } catch (error) {
      await this.#release()
      throw error
    }
  }

  /**
   * Rejects a ledger that another process has opened by another name. It wrote before or after this
   * one that it starts, so that at least one of the two sees the other.
   */
  async #rejectOthers(own: string): Promise<void> {
    const processes = new Set<string>()
    let isChanged = false
    for await (const record of readRecordsFrom(this.#handle, this.#path, this.#end)) {
      recordProcess(processes, record)
      isChanged ||= record.type !== 'synced' && !('process' in record && record.process === own)
    }
    await rejectRunning(this.#path, processes)
    if (!isChanged) return
    throw new LedgerError(`${this.#path} was changed by another process meanwhile; resume it again`)
  }

  async *pendingTargets(): AsyncGenerator<OrdinalTarget, void> {
    let ordinal = 0
    for await (const record of scanLedger(this.#handle, this.#path)) {
      if (record.type === 'planned') return
      if (record.type !== 'target') continue
      const { type: _, ...target } = record
      if (this.#states.isPending(ordinal)) yield { ordinal, target }
      ordinal += 1
    }
  }

  recordSent(ordinal: number): Promise<void> {
    return this.#log.append({ type: 'sent', ordinal, at: Date.now() })
  }

  recordOutcome(outcome: Outcome): Promise<void> {
    const { target: _, ...fields } = outcome // the plan has it
    return this.#log.append({ type: 'outcome', ...fields })
  }

  recordRateLimited(ordinal: number): void {
    // The log reports a failure with the next record, and when it is closed.
    void this.#log.append({ type: 'rate_limited', ordinal, at: Date.now() }).catch(() => undefined)
  }

  async recordVerified(apps: readonly NamedApp[], verified: VerifiedRecord): Promise<void> {
    const records = [...apps.map((app) => ({ type: 'app', ...app }) as const), verified]
    await Promise.all(records.map((record) => this.#log.append(record)))
  }

  async close(reason: StoppedRecord['reason'] = 'interrupted'): Promise<void> {
    const process = this.#process
    try {
      if (process === undefined) return
      await this.#log.append({ type: 'stopped', at: Date.now(), reason, process })
    } finally {
      await this.#release()
    }
  }

  async #release(): Promise<void> {
    await this.#handle.close()
    await this.#unlock()
  }
}
