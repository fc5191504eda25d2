import type { FileHandle } from 'node:fs/promises'
import { describeCause } from '../files/system-error.ts'
import { LedgerError } from './ledger-error.ts'
import { formatRecord } from './record-lines.ts'
import type { LedgerRecord } from './records.ts'

/** What a log needs of an open file. */
type LogFile = Pick<FileHandle, 'appendFile' | 'datasync'>

interface Batch {
  lines: string
  onDisk: Promise<void>
  resolve: () => void
  reject: (error: LedgerError) => void
}

/**
 * Appends records to a file so that many share one fsync: while one batch is on its way to the disk,
 * the next one collects. After a failed write or fsync nothing is known of the file's end, so that
 * everything rejects from then on.
 */
export class AppendLog {
  readonly #handle: LogFile
  readonly #path: string
  #next: Batch | undefined
  #isFlushing = false
  #failure: LedgerError | undefined

  /** @param handle opened to append; what is in the file must be on disk */
  constructor(handle: LogFile, path: string) {
    this.#handle = handle
    this.#path = path
  }

  /** Resolves once the record is on disk; rejects with a {@link LedgerError} if it may not be. */
  append(record: LedgerRecord): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    this.#next ??= createBatch()
    this.#next.lines += formatRecord(record)
    const { onDisk } = this.#next
    if (!this.#isFlushing) void this.#flush() // it never rejects
    return onDisk
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true
    // What is appended in the same turn of the event loop goes into the same batch.
    await Promise.resolve()
    for (let batch = this.#next; batch !== undefined; batch = this.#next) {
      this.#next = undefined
      try {
        if (this.#failure) throw this.#failure
        await this.#handle.appendFile(formatRecord({ type: 'synced' }) + batch.lines)
        await this.#handle.datasync()
        batch.resolve()
      } catch (error) {
        this.#failure ??= new LedgerError(
          `${this.#path} cannot be written: ${describeCause(error)}`,
          { cause: error },
        )
        batch.reject(this.#failure)
      }
    }
    this.#isFlushing = false
  }
}

function createBatch(): Batch {
  let resolve!: Batch['resolve'] // safe: a promise calls its executor at once
  let reject!: Batch['reject'] // safe, like resolve
  const onDisk = new Promise<void>((...settle) => ([resolve, reject] = settle))
  // Where nobody waits for a record, the failure is reported by the next record.
  onDisk.catch(() => undefined)
  return { lines: '', onDisk, resolve, reject }
}
