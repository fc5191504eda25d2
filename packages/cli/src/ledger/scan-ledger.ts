import type { FileHandle } from 'node:fs/promises'
import { CHUNK_BYTES, readLineBatches } from '../files/line-batches.ts'
import { LedgerError, orLedgerError } from './ledger-error.ts'
import { formatRecord, parseRecord } from './record-lines.ts'
import type { LedgerRecord } from './records.ts'

/** Where the end of a ledger is damaged; nothing from there on was acknowledged. */
export interface TornEnd {
  readonly line: number
  /** Where the line starts, in bytes. */
  readonly offset: number
}

/**
 * Reads a ledger from its start, and checks it.
 *
 * @returns where its end is damaged, if it is: by a process that was killed while it wrote a line,
 * or by a machine that died while it wrote several
 * @throws {LedgerError} if it is no ledger, has no complete plan, or is damaged elsewhere
 */
export async function* scanLedger(
  handle: FileHandle,
  path: string,
): AsyncGenerator<LedgerRecord, TornEnd | undefined> {
  const order = new RecordOrder(path)
  let torn: TornEnd | undefined
  for await (const { firstLine, lines, offsetOf, unterminated } of readLineBatches(
    readChunks(handle, path),
  )) {
    for (const [index, text] of lines.entries()) {
      const line = firstLine + index
      const record = unterminated ? undefined : parseRecord(text)
      if (torn) {
        // A hole may end in the middle of a line.
        if (text.endsWith(SYNCED)) throw damagedError(path, torn.line)
      } else if (order.accepts(record, line)) {
        yield record
      } else {
        torn = { line, offset: offsetOf(index) }
      }
    }
  }
  order.end()
  return torn
}

const SYNCED = formatRecord({ type: 'synced' }).trimEnd()

/** The records from a position on, for which nothing is checked. */
export async function* readRecordsFrom(
  handle: FileHandle,
  path: string,
  position: number,
): AsyncGenerator<LedgerRecord, void> {
  for await (const { lines } of readLineBatches(readChunks(handle, path, position))) {
    for (const text of lines) {
      const record = parseRecord(text)
      if (record !== undefined) yield record
    }
  }
}

async function* readChunks(
  handle: FileHandle,
  path: string,
  start = 0,
): AsyncGenerator<Uint8Array, void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  for (let position = start; ;) {
    const reading = handle.read(buffer, 0, CHUNK_BYTES, position)
    const { bytesRead } = await orLedgerError(reading, `${path} cannot be read`)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** Which record may stand in which line. */
class RecordOrder {
  readonly #path: string
  #targets = 0
  #isPlanned = false

  constructor(path: string) {
    this.#path = path
  }

  /**
   * Whether a record may stand where it does. What may not is damage, which only the end of a ledger
   * may have, and never its plan, which was on disk before the ledger had its name.
   */
  accepts(record: LedgerRecord | undefined, line: number): record is LedgerRecord {
    if (this.#isPlanned) return this.#belongsToRun(record)
    if (line === 1) this.#checkIncident(record)
    else if (record?.type === 'target') this.#targets += 1
    else if (record?.type === 'planned' && record.targets === this.#targets) this.#isPlanned = true
    else if (!isBetweenTargets(record)) {
      throw damagedError(this.#path, line)
    }
    return true
  }

  /** To be called after the last line. */
  end(): void {
    if (this.#isPlanned) return
    throw new LedgerError(
      `${this.#path} has no complete plan, so it is no ledger that can be used; start again with a new one`,
    )
  }

  #checkIncident(record: LedgerRecord | undefined): void {
    if (record?.type !== 'incident') {
      throw new LedgerError(`${this.#path} is not a ledger; pass the file that a run wrote`)
    }
    const version: number = record.version // of a file, which another program may have written
    if (version !== 1) {
      throw new LedgerError(
        `${this.#path} is a ledger of version ${version}, and this program reads version 1; use the one that wrote it`,
      )
    }
  }

  #belongsToRun(record: LedgerRecord | undefined): boolean {
    if (record === undefined) return false
    if ('ordinal' in record) return record.ordinal < this.#targets
    return AFTER_PLAN.has(record.type)
  }
}

/** The records after a plan that are not of a target. */
const AFTER_PLAN: ReadonlySet<LedgerRecord['type']> = new Set([
  'started',
  'stopped',
  'app',
  'verified',
  'synced',
])

function isBetweenTargets(record: LedgerRecord | undefined): boolean {
  return record?.type === 'app' || record?.type === 'searched' || record?.type === 'skipped'
}

function damagedError(path: string, line: number): LedgerError {
  return new LedgerError(
    `${path} is damaged in line ${line}, and what follows was written later; restore the file, or make a new plan`,
  )
}
