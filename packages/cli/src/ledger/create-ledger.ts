import { access, open, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CHUNK_BYTES } from '../files/line-batches.ts'
import { hasCode } from '../files/system-error.ts'
import type { TargetLine } from '../targets/parse-target.ts'
import { LedgerError, orLedgerError } from './ledger-error.ts'
import { lock } from './lock.ts'
import { isLedger } from './read-ledger.ts'
import type { Unlock } from './lock.ts'
import { planTargets } from '../targets/plan-targets.ts'
import type { Plan, PlanOptions } from '../targets/plan-targets.ts'
import { formatRecord } from './record-lines.ts'
import type { IncidentRecord, LedgerRecord } from './records.ts'

/** A plan, and the lock of its ledger, which the caller frees or hands to `openLedger`. */
export interface CreatedLedger {
  readonly plan: Plan
  readonly unlock: Unlock
}

/**
 * Plans a run and writes the plan as a new ledger, which only the owner of the file may read. The
 * ledger appears under its name when it is complete and on disk. If the plan cannot be run (see
 * {@link Plan.isRunnable}), or anything fails, there is none. It stays locked, so that no other
 * process can run it while a person decides about the plan.
 *
 * @throws {LedgerError} if the file exists, is being planned by another process, or cannot be written
 */
export async function createLedger(
  path: string,
  incident: Omit<IncidentRecord, 'type' | 'version'>,
  lines: AsyncIterable<TargetLine>,
  options: PlanOptions = {},
): Promise<CreatedLedger> {
  await rejectDirectory(path)
  const unlock = await lock(path)
  // No other process writes this file, since the path is locked; what a killed one left is replaced.
  const draft = `${path}.planning`
  try {
    await rejectExisting(path)
    await orLedgerError(rm(draft, { force: true }), `${draft} cannot be replaced`)
    try {
      const plan = await writePlan(draft, path, incident, lines, options)
      if (plan.isRunnable) await orUnwritable(path, publish(draft, path))
      return { plan, unlock }
    } finally {
      await rm(draft, { force: true })
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

async function rejectDirectory(path: string): Promise<void> {
  const isDirectory = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  if (isDirectory) {
    throw new LedgerError(`${path} is a directory; pass the name of a new file in it`)
  }
}

async function rejectExisting(path: string): Promise<void> {
  try {
    await access(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
  }
  if (await isLedger(path)) throw existsError(path)
  throw new LedgerError(`${path} exists, and is not a ledger; give the new ledger another name`)
}

function existsError(path: string): LedgerError {
  return new LedgerError(
    `${path} exists; resume its run with --resume, or give the new ledger another name`,
  )
}

async function writePlan(
  draft: string,
  path: string,
  incident: Omit<IncidentRecord, 'type' | 'version'>,
  lines: AsyncIterable<TargetLine>,
  options: PlanOptions,
): Promise<Plan> {
  const handle = await orUnwritable(path, open(draft, 'wx', 0o600))
  try {
    const writer = new RecordWriter(handle, path)
    await writer.add({ type: 'incident', version: 1, ...incident })
    const plan = await planTargets(lines, options, (record) => writer.add(record))
    if (plan.isRunnable) {
      await writer.add({ type: 'planned', targets: plan.targets, skipped: plan.skipped })
      await writer.flush()
      await orUnwritable(path, handle.sync())
    }
    return plan
  } finally {
    await handle.close()
  }
}

/** Writes records in large pieces. */
class RecordWriter {
  readonly #handle: FileHandle
  readonly #path: string
  #text = ''

  constructor(handle: FileHandle, path: string) {
    this.#handle = handle
    this.#path = path
  }

  add(record: LedgerRecord): Promise<void> | undefined {
    this.#text += formatRecord(record)
    return this.#text.length < CHUNK_BYTES ? undefined : this.flush()
  }

  async flush(): Promise<void> {
    const text = this.#text
    this.#text = ''
    await orUnwritable(this.#path, this.#handle.appendFile(text))
  }
}

async function publish(draft: string, path: string): Promise<void> {
  try {
    // A rename replaces what is there, so the name is taken first. Where the file system has hard
    // links, one would do, but not all have.
    await (await open(path, 'wx', 0o600)).close()
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw existsError(path)
    throw error
  }
  try {
    await rename(draft, path)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Puts the name of a new file on disk, as its own fsync does not. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return // where a directory cannot be opened
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function orUnwritable<T>(path: string, promise: Promise<T>): Promise<T> {
  return orLedgerError(promise, `${path} cannot be written`)
}
