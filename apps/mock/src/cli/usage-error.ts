/** The command line makes no sense; the message says in one line why, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
