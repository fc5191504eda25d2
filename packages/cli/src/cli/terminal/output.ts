let isClosed = false

// A reader such as `head` may close standard output early. Nothing can be said there any more, but
// what has begun, such as a run with a ledger, is finished.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  isClosed = true
})

process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

/** Writes to standard output, unless its reader is gone. */
export function write(text: string): void {
  if (!isClosed) process.stdout.write(text)
}
