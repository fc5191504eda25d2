/** An expected failure of a command: its message is printed on one line, and the exit code is 2. */
export class CommandError extends Error {
  override name = 'CommandError'
}

/** Wrong use of the command line. The printed line also refers to `--help`. */
export class UsageError extends CommandError {
  override name = 'UsageError'
}
