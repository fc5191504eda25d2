import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { ListenError } from '../listen.ts'
import { CommandError, UsageError } from './errors.ts'
import { requireNode } from './process.ts'

/** The options of {@link runCommand}. */
export interface RunOptions {
  /** Default: those of the process. */
  args?: readonly string[]
  /** The required version of Node.js, from the `engines` of package.json: `>=24.18`. */
  engine?: string
  /** What to type to run the command, as the hint to `--help` says it. Default: its name. */
  invocation?: string
  /**
   * Returns the lines to print for expected failures other than {@link CommandError} and
   * `ListenError`; `undefined` for a bug, which is thrown.
   */
  explain?: (error: unknown) => readonly string[] | undefined
}

/**
 * Runs a command created by `createCommand`. An expected failure is printed to standard error as one
 * line, `NAME: message`, and the exit code of the process is 2. Actions set other exit codes by
 * `process.exitCode`.
 */
export async function runCommand(
  command: Command,
  { args = process.argv.slice(2), engine, invocation = command.name(), explain }: RunOptions = {},
): Promise<void> {
  try {
    if (engine !== undefined) requireNode(engine)
    unsetEmptyVariables(command)
    await command.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return // --help or --version
    const lines = linesOf(error, command, invocation) ?? explain?.(error)
    if (lines === undefined) throw error
    for (const line of lines) {
      process.stderr.write(`${command.name()}: ${line.replace(/\s*[\r\n]+\s*/g, ' ')}\n`)
    }
    process.exitCode = 2
  }
}

// CI servers set a variable to the empty string if its secret is missing.
function unsetEmptyVariables(command: Command): void {
  for (const { envVar } of command.options) {
    if (envVar !== undefined && process.env[envVar] === '') delete process.env[envVar]
  }
  for (const each of command.commands) unsetEmptyVariables(each)
}

function linesOf(error: unknown, command: Command, invocation: string): string[] | undefined {
  const seeHelp = `see ${invocation} --help`
  if (error instanceof CommanderError) return [`${describe(error, command)}; ${seeHelp}`]
  if (error instanceof UsageError) return [`${error.message}; ${seeHelp}`]
  if (error instanceof CommandError || error instanceof ListenError) return [error.message]
  return undefined
}

// Commander's own messages quote arguments, which may be secrets in the wrong position.
function describe({ code, message }: CommanderError, command: Command): string {
  const commands = `the commands are ${command.commands.map((each) => each.name()).join(', ')}`
  switch (code) {
    case 'commander.unknownOption': {
      const name = /^error: unknown option '(--[\w-]+|-\w)/.exec(message)?.[1] ?? ''
      const suggestion = /\n(\(Did you mean .*\?\))$/.exec(message)?.[1] ?? ''
      return `unknown option ${name} ${suggestion.replace('Did', 'did')}`.trim()
    }
    case 'commander.missingMandatoryOptionValue': {
      const flags = /^error: required option '(.*)' not specified$/.exec(message)?.[1]
      const option = optionsOf(command).find((each) => each.flags === flags)
      const variable = option?.envVar === undefined ? '' : ` or set ${option.envVar}`
      const usage = flags?.replace(/^-\w, /, '').replace(/[<>]/g, '')
      return `${option?.long} is missing; pass ${usage}${variable}`
    }
    case 'commander.help':
      return `a command is missing; ${commands}`
    case 'commander.unknownCommand':
    case 'commander.excessArguments':
      return command.commands.length > 0
        ? `unknown command or argument; ${commands}`
        : 'unexpected argument; each value follows its option'
    // These messages only contain names that the command defines.
    case 'commander.missingArgument':
    case 'commander.conflictingOption':
      return message.replace('error: ', '')
    default:
      return 'invalid arguments'
  }
}

function optionsOf(command: Command): readonly Command['options'][number][] {
  return [...command.options, ...command.commands.flatMap(optionsOf)]
}
