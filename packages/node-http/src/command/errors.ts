/** An expected failure of a command: the message is printed in one line, and the exit code is 2. */
export class CommandError extends Error {
  override name = 'CommandError'
}

/** The command line is wrong. `--help`, to which the printed line points, says what is right. */
export class UsageError extends CommandError {
  override name = 'UsageError'
}
