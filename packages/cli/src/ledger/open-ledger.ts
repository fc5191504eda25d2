import { constants, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Outcome } from '../outcome.ts'
import type { OrdinalTarget } from '../target.ts'
import type { Skipped } from '../targets/plan-targets.ts'
import { AppendLog } from './append-log.ts'
import { LedgerError, orLedgerError } from './ledger-error.ts'
import { lock, nameProcess, rejectRunning } from './lock.ts'
import type { Unlock } from './lock.ts'
import type { IncidentRecord, LedgerRecord, StoppedRecord } from './records.ts'
import { readRecordsFrom, scanLedger } from './scan-ledger.ts'
import type { TornEnd } from './scan-ledger.ts'
import { TargetStates } from './target-states.ts'
import type { LedgerCounts } from './target-states.ts'

/** A ledger that this process runs. */
export interface Ledger {
  readonly incident: IncidentRecord
  /** What the plan left out. */
  readonly skipped: Skipped
  /** What the ledger held when it was opened. */
  readonly counts: LedgerCounts
  /** The line from which on the end of the file was damaged, and was removed; nothing in it had been acknowledged. */
  readonly mendedLine: number | undefined
  /** Targets without a final outcome when the ledger was opened, in order. Reads the file again. */
  pendingTargets(): AsyncIterable<OrdinalTarget>
  /** To be waited for before the first request for a target leaves. Rejects with a `LedgerError`. */
  recordSent(ordinal: number): Promise<void>
  /** The target is done once this resolves. Rejects with a `LedgerError`. */
  recordOutcome(outcome: Outcome): Promise<void>
  /** Is on disk with the next record that is waited for. */
  recordRateLimited(ordinal: number): void
  /** Closes and unlocks the file. Rejects with a `LedgerError` if any record may not be on disk. */
  close(reason: StoppedRecord['reason']): Promise<void>
}

/**
 * Opens a ledger for a run: locks it against other processes, mends its end, and reads what is done.
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
      await orLedgerError(handle.truncate(content.torn.offset), `${path} cannot be mended`)
    }
    // What a killed process wrote may not be on disk yet, and the first batch says that it is.
    await orLedgerError(handle.sync(), `${path} cannot be written`)
    const log = new AppendLog(handle, path)
    const processName = await nameProcess()
    await log.append({ type: 'started', at: Date.now(), process: processName })
    // Another process that opened the ledger at the same moment, by another name, wrote so before or
    // after this one, so that at least one of the two sees the other.
    const processes = new Set<string>()
    const end = content.torn?.offset ?? size
    for await (const record of readRecordsFrom(handle, path, end)) {
      recordProcess(processes, record)
    }
    await rejectRunning(path, processes)
    return new OpenLedger(path, content, { handle, log, unlock, processName })
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
  readonly states: TargetStates
  readonly torn: TornEnd | undefined
  /** The processes that have started with it, and not stopped. */
  readonly processes: ReadonlySet<string>
}

function recordProcess(processes: Set<string>, record: LedgerRecord): void {
  if (record.type !== 'started' && record.type !== 'stopped') return
  if (record.process === undefined) return
  if (record.type === 'started') processes.add(record.process)
  else processes.delete(record.process)
}

async function readContent(handle: FileHandle, path: string): Promise<Content> {
  let incident: IncidentRecord | undefined
  let skipped: Skipped | undefined
  const states = new TargetStates()
  const processes = new Set<string>()
  const scan = scanLedger(handle, path)
  let step = await scan.next()
  for (; step.done !== true; step = await scan.next()) {
    if (step.value.type === 'incident') incident = step.value
    if (step.value.type === 'planned') skipped = step.value.skipped
    states.add(step.value)
    recordProcess(processes, step.value)
  }
  if (!incident || !skipped) throw new LedgerError(`${path} has no plan`) // the scan throws before
  return { incident, skipped, states, torn: step.value, processes }
}

class OpenLedger implements Ledger {
  readonly incident: IncidentRecord
  readonly skipped: Skipped
  readonly counts: LedgerCounts
  readonly mendedLine: number | undefined
  readonly #path: string
  readonly #states: TargetStates
  readonly #handle: FileHandle
  readonly #log: AppendLog
  readonly #unlock: Unlock
  readonly #processName: string

  constructor(
    path: string,
    { incident, skipped, states, torn }: Content,
    {
      handle,
      log,
      unlock,
      processName,
    }: { handle: FileHandle; log: AppendLog; unlock: Unlock; processName: string },
  ) {
    this.incident = incident
    this.skipped = skipped
    this.counts = states.count()
    this.mendedLine = torn?.line
    this.#path = path
    this.#states = states
    this.#handle = handle
    this.#log = log
    this.#unlock = unlock
    this.#processName = processName
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

  async close(reason: StoppedRecord['reason']): Promise<void> {
    try {
      const process = this.#processName
      await this.#log.append({ type: 'stopped', at: Date.now(), reason, process })
    } finally {
      await this.#handle.close()
      await this.#unlock()
    }
  }
}
