import { parseArgs } from 'node:util'

/** Stops a command before it has done anything: wrong use, or a file that cannot be read. */
export class UsageError extends Error {}

interface Command {
  help: string
  /** The options in addition to --help; none of them takes a value. */
  flags?: string[]
  /** Resolves to the exit code. */
  run: (flags: Set<string>, files: string[]) => Promise<number>
  /** How many files the command line may name. */
  maxFiles?: number
}

/** Runs a command. A {@link UsageError} is printed on one line, with exit code 2. */
export async function runCommand(command: Command): Promise<void> {
  try {
    const { values, positionals } = parse(command.flags ?? [])
    if (values['help'] === true) {
      console.log(command.help)
      return
    }
    const extra = positionals[command.maxFiles ?? 0]
    if (extra !== undefined) throw new UsageError(`unexpected argument ${extra}`)
    const given = Object.entries(values).flatMap(([name, isGiven]) => (isGiven ? [name] : []))
    process.exitCode = await command.run(new Set(given), positionals)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
}

function parse(flags: string[]) {
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      allowPositionals: true,
      options: { help: flag, ...Object.fromEntries(flags.map((name) => [name, flag])) },
    })
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split(/\. |\n/)
    throw new UsageError(`${reason}; --help lists the options`, { cause: error })
  }
}
