import type { JournalEntry } from '@connected-apps/scenarios'
import { styleText } from 'node:util'
import { printable } from '../printable.ts'

/** Under load, lines are written together, because each write to a terminal or a file is a system call. */
const batchMs = 20

/** Creates a function that prints a line for each request to standard output. */
export function createRequestLog(): (entry: Readonly<JournalEntry>, key: string) => void {
  const { stdout } = process
  let lines = ''
  let isClosed = false
  const flush = () => {
    if (lines !== '') stdout.write(lines)
    lines = ''
  }
  process.once('exit', flush)
  // The reader of the output may exit before the mock does: `connected-apps-mock | head`.
  stdout.on('error', () => {
    isClosed = true
  })
  return (entry, key) => {
    if (isClosed) return
    if (lines === '') setTimeout(flush, batchMs).unref()
    lines += `${formatRequest(entry, key)}\n`
  }
}

/**
 * The line of a request. It has colors if standard output is a terminal and `NO_COLOR` is not set,
 * and it has no query, which may contain secrets.
 */
function formatRequest(
  { method, path, status, example, scenario, reason, durationMs }: Readonly<JournalEntry>,
  key: string,
): string {
  const outcome =
    status === undefined ? 'disconnected' : [status, example].filter(Boolean).join(' ')
  const details = [
    `${durationMs} ms`,
    ...(scenario === undefined ? [] : [`scenario: ${scenario}`]),
    ...(reason === undefined ? [] : [reason]),
    ...(key === '' ? [] : [`key: ${key}`]),
  ]
  return [
    printable(`${method} ${path} ->`),
    styleText(colorOf(status), outcome),
    styleText('dim', printable(`(${details.join(', ')})`)),
  ].join(' ')
}

function colorOf(status: number | undefined): 'green' | 'yellow' | 'red' {
  if (status === undefined || status >= 500) return 'red'
  return status >= 400 ? 'yellow' : 'green'
}
