import { open, stat } from 'node:fs/promises'
import { orLedgerError } from './ledger-error.ts'
import type { LedgerRecord } from './records.ts'
import { scanLedger } from './scan-ledger.ts'

/**
 * The records of a ledger, without those that only concern the file, in order. Needs no lock: of a
 * run in progress, it yields what is written so far.
 *
 * @throws {LedgerError} if the file cannot be read, is no ledger, or is damaged before its end
 */
export async function* readLedger(path: string): AsyncGenerator<LedgerRecord, void> {
  const handle = await orLedgerError(open(path, 'r'), `${path} cannot be read`)
  try {
    for await (const record of scanLedger(handle, path)) if (record.type !== 'synced') yield record
  } finally {
    await handle.close()
  }
}

/** Whether a file is a ledger, damaged or not. */
export async function isLedger(path: string): Promise<boolean> {
  try {
    // What is not a file, such as a terminal, could be waited for.
    if (!(await stat(path)).isFile()) return false
    for await (const record of readLedger(path)) return record.type === 'incident'
  } catch {
    // It is not there, or its first line is not that of a ledger.
  }
  return false
}
