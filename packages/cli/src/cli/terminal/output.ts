import { describeCause, hasCode } from '../../files/system-error.ts'

let isClosed = false

// A reader such as `head` may close standard output early, and the disk of a file may be full. Nothing
// can be written there any more, but what has begun, such as a run with a ledger, is finished.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (isClosed) return
  isClosed = true
  if (hasCode(error, 'EPIPE')) return // the reader needs no more
  process.stderr.write(
    `connected-apps: standard output cannot be written: ${describeCause(error)}\n`,
  )
  // The output is incomplete, whatever the exit code would be otherwise.
  process.on('exit', (code) => (process.exitCode = code || 1))
})

// Without standard error the failure cannot be reported.
process.stderr.on('error', () => undefined)

/** Writes to standard output, unless that has failed before. */
export function write(text: string): void {
  if (!isClosed) process.stdout.write(text)
}
