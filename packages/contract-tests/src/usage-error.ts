/** The run could not begin: an option is wrong or the target does not answer. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
