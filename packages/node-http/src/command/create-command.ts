import { Command, InvalidArgumentError } from 'commander'
import type { Option, ParseOptionsResult } from 'commander'
import { UsageError } from './errors.ts'

/** The name, version and description of a command. */
export interface CommandInfo {
  name: string
  version: string
  description: string
  /**
   * Called after the arguments are parsed, before variables are applied and missing options are
   * reported. It may set options from a file by `setOptionValueWithSource(key, value, 'config')`,
   * which variables override.
   */
  onArguments?: (command: Command) => void
}

/**
 * Creates a strict command of commander: an option may be given once unless it is variadic, its value must
 * not be empty, and a value that starts with a dash needs `=`, except for a single dash. Run it with
 * `runCommand`.
 *
 * @example
 * const command = createCommand({ name: 'greet', version: '1.0.0', description: 'Says hello.' })
 *   .requiredOption('--name <NAME>', 'whom to greet')
 *   .action(({ name }: { name: string }) => console.log(`Hello, ${name}!`))
 * await runCommand(command)
 */
export function createCommand({ name, version, description, onArguments }: CommandInfo): Command {
  return (
    new StrictCommand(name, onArguments)
      .description(description)
      .version(version, '--version', 'print the version')
      .helpOption('-h, --help', 'print this help')
      .exitOverride()
      // The error is printed by runCommand, in one line.
      .configureOutput({ writeErr: () => undefined, outputError: () => undefined })
  )
}

class StrictCommand extends Command {
  readonly #onArguments: CommandInfo['onArguments']

  constructor(name?: string, onArguments?: CommandInfo['onArguments']) {
    super(name)
    this.#onArguments = onArguments
  }

  override createCommand(name?: string): StrictCommand {
    return new StrictCommand(name)
  }

  override addOption(option: Option): this {
    const { parseArg } = option
    if (parseArg === undefined) return super.addOption(option)
    // Commander's own message quotes the value, which may be a secret.
    const parse: typeof parseArg = (value, previous) => {
      try {
        return parseArg(value, previous)
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error
        const variable = option.envVar === undefined ? '' : ` (or ${option.envVar})`
        const problem = option.argChoices
          ? `must be one of ${option.argChoices.join(', ')}`
          : error.message
        throw new UsageError(`${option.long}${variable} ${problem}`, { cause: error })
      }
    }
    option.parseArg = parse
    return super.addOption(option)
  }

  override parseOptions(args: string[]): ParseOptionsResult {
    checkOptions(this, args)
    const parsed = super.parseOptions(args)
    this.#onArguments?.(this)
    return parsed
  }
}

function checkOptions(command: Command, args: string[]): void {
  // Unlike `command.options`, these include --help.
  const options = command.createHelp().visibleOptions(command)
  const given = new Set<Option>()
  for (const [index, arg] of args.entries()) {
    if (arg === '--') return
    const [name, inlineValue] = splitOnce(arg)
    const option = options.find(({ long, short }) => name === long || name === short)
    if (option === undefined) continue
    if (given.has(option) && !option.variadic)
      throw new UsageError(`${name} is given twice; pass it once`)
    given.add(option)
    if (option.optional) continue
    if (!option.required) {
      if (inlineValue !== undefined) throw new UsageError(`${name} takes no value; leave it out`)
      continue
    }
    const value = inlineValue ?? args[index + 1] ?? ''
    const valueName = /<(.+?)(\.{3})?>/.exec(option.flags)?.[1]
    const [next] = splitOnce(value)
    // In `--host --port 0`, a value was forgotten.
    const isForgotten = options.some(({ long, short }) => next === long || next === short)
    if (value === '' || (inlineValue === undefined && isForgotten)) {
      throw new UsageError(`${name} has no value; pass ${name}=${valueName}`)
    }
    // By convention, a single dash means standard input.
    if (inlineValue === undefined && /^-./.test(value)) {
      throw new UsageError(
        `a value of ${name} that starts with a dash needs =; pass ${name}=${valueName}`,
      )
    }
  }
}

function splitOnce(arg: string): [name: string, inlineValue?: string] {
  const index = arg.indexOf('=')
  return index === -1 ? [arg] : [arg.slice(0, index), arg.slice(index + 1)]
}

/** Parses the value of an option that is a port. */
export function parsePort(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
  throw new InvalidArgumentError('must be a whole number from 0 to 65535')
}

/** Parses the value of an option that is a number of seconds to wait. */
export function parseSeconds(value: string): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value)
  throw new InvalidArgumentError('must be a whole number of seconds, 1 to 9999')
}
