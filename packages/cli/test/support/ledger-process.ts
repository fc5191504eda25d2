/*
 * Runs the ledger that its argument names, as a command would, without an API: many targets in
 * flight, each recorded as sent and then as revoked. Prints each ordinal once its outcome is on disk.
 */
import { writeSync } from 'node:fs'
import { LedgerError } from '../../src/ledger/ledger-error.ts'
import { openLedger } from '../../src/ledger/open-ledger.ts'
import { outcomeOf } from './outcome.ts'

const IN_FLIGHT = 8

const ledger = await openLedger(process.argv[2] ?? '')
await ledger.start()
const pending = ledger.pendingTargets()[Symbol.asyncIterator]()
const workers = Array.from({ length: IN_FLIGHT }, work)
const results = await Promise.allSettled(workers)
const failed = results.filter((result) => result.status === 'rejected')
try {
  await ledger.close(failed.length > 0 ? 'interrupted' : 'finished')
} catch (error) {
  if (!(error instanceof LedgerError)) throw error
  console.error(error.message)
  // Every worker fails, so none sends anything more.
  process.exitCode = failed.length === IN_FLIGHT ? 2 : 1
}

async function work(): Promise<void> {
  for (;;) {
    const { done, value } = await pending.next()
    if (done === true) return
    await ledger.recordSent(value.ordinal)
    ledger.recordRateLimited(value.ordinal)
    await ledger.recordOutcome(outcomeOf(value.ordinal))
    writeSync(1, `${value.ordinal}\n`)
  }
}
