import { CommandError } from '@connected-apps/node-http/command'
import { describeCause } from '../files/system-error.ts'

/** The ledger cannot be created, opened or written. The message is one line: what, where, what to do. */
export class LedgerError extends CommandError {
  override name = 'LedgerError'
}

/**
 * What a promise resolves to; if it rejects, a {@link LedgerError} that starts with a text, such as
 * `incident.jsonl cannot be read`, and ends with the cause.
 */
export async function orLedgerError<T>(promise: Promise<T>, start: string): Promise<T> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof LedgerError) throw error
    throw new LedgerError(`${start}: ${describeCause(error)}`, { cause: error })
  }
}
