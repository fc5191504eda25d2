import { readFileSync } from 'node:fs'
import { CommandError, UsageError } from '@connected-apps/node-http/command'
import type { Command, Option } from '@connected-apps/node-http/command'

/** The file in which `--target` is looked up, unless `--config` names another one. */
export const defaultFile = 'contract-tests.config.json'

/** Options of the command that a file cannot set. */
const excludedKeys: readonly string[] = ['config', 'target', 'version']

type Fields = Record<string, unknown>

/**
 * Sets the options that the file has for the chosen target, except those on the command line.
 *
 * @param secretKeys options that the file must not contain, since many people may read it; it can only
 *   name a variable for each
 * @throws {CommandError}
 */
export function applyTargetsFile(command: Command, secretKeys: readonly string[]): void {
  const name = givenValue(command, 'target')
  const file = givenValue(command, 'config') ?? (name === undefined ? undefined : defaultFile)
  if (file === undefined) return
  const { targets, ...others } = readObject(file)
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    throw new CommandError(`${file}: the key ${unknown} is unknown; the only one is targets`)
  const known = fieldsOf(targets, `${file}: targets`)
  if (name === undefined || !Object.hasOwn(known, name)) {
    const names = Object.keys(known).join(', ') || 'none'
    throw new UsageError(`--target must be one of those in ${file}: ${names}`)
  }
  const at = `${file}: targets.${name}`
  const { variables = {}, ...literals } = fieldsOf(known[name], at)
  const options = optionsByKey(command)
  for (const [key, value] of Object.entries(literals)) {
    const option = findOption(options, key, at)
    if (secretKeys.includes(key)) {
      throw new CommandError(
        `${at}.${key} is a secret; set a variable to it, and name that as variables.${key}`,
      )
    }
    apply(command, option, () => parseValue(option, value, `${at}.${key}`))
  }
  for (const [key, variable] of Object.entries(fieldsOf(variables, `${at}.variables`))) {
    const option = findOption(options, key, `${at}.variables`)
    apply(command, option, () => parseVariable(option, variable, `${at}.variables.${key}`))
  }
}

/** The value from the command line, or from the option's variable, which has not been applied yet. */
function givenValue(command: Command, key: string): string | undefined {
  const { envVar = '' } = command.options.find((option) => option.attributeName() === key) ?? {}
  const value: unknown = command.getOptionValue(key) ?? process.env[envVar]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readObject(file: string): Fields {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new CommandError(
      `${file} cannot be read (${code}); pass the file of targets as --config`,
      { cause: error },
    )
  }
  try {
    return fieldsOf(JSON.parse(text), file)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // The rest of the message quotes the file.
    const [position = ''] = / \(line \d+ column \d+\)/.exec(error.message) ?? []
    throw new CommandError(`${file} is not JSON${position}; correct it`, { cause: error })
  }
}

function fieldsOf(value: unknown, at: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields // safe: it is a plain object
  throw new CommandError(`${at} is not an object; see "Targets in a file" in the README`)
}

function optionsByKey(command: Command): Map<string, Option> {
  const options = command.options.map((option): [string, Option] => [
    option.attributeName(),
    option,
  ])
  return new Map(options.filter(([key]) => !excludedKeys.includes(key)))
}

function findOption(options: ReadonlyMap<string, Option>, key: string, at: string): Option {
  const option = options.get(key)
  if (option !== undefined) return option
  throw new CommandError(
    `${at}: the key ${key} is unknown; the keys are ${[...options.keys()].join(', ')}`,
  )
}

function apply(command: Command, option: Option, parse: () => unknown): void {
  const key = option.attributeName()
  const source = command.getOptionValueSource(key)
  if (source !== undefined && source !== 'default') return
  // The option's own variable takes precedence later, so the variable that the file names need not be set.
  if (option.envVar !== undefined && process.env[option.envVar]) return
  command.setOptionValueWithSource(key, parse(), 'config')
}

/** Parses a value as if it were given on the command line, where a list is several values, or one with commas. */
function parseValue(option: Option, value: unknown, at: string): unknown {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  const texts = values.map((each) => {
    if (typeof each === 'number' || (typeof each === 'string' && each !== '')) return String(each)
    throw new CommandError(`${at} must be a string, a number, or a list of these`)
  })
  const parse = option.parseArg ?? ((text: string) => text)
  try {
    if (!option.variadic) return parse(texts.join(','), undefined)
    return texts.reduce<unknown>((previous, text) => parse(text, previous), undefined)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new CommandError(`${at}: ${error.message}`, { cause: error })
  }
}

function parseVariable(option: Option, variable: unknown, at: string): unknown {
  if (typeof variable !== 'string' || variable === '') {
    throw new CommandError(`${at} is not the name of a variable; correct it`)
  }
  const value = process.env[variable]
  if (value) return parseValue(option, value, at)
  throw new CommandError(`${at} names the variable ${variable}, which is not set; set it`)
}
