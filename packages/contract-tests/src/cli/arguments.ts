import { parseArgs } from 'node:util'
import { isStatus, operation } from '@connected-apps/contract'
import { UsageError } from '../options.ts'
import type { ContractOptions } from '../options.ts'
import { flags, isFlag } from './flags.ts'
import type { Flag } from './flags.ts'

const reporters = ['text', 'junit', 'github'] as const
const profiles = ['auto', 'mock', 'remote'] as const

/** A parsed command line. */
export interface Command {
  options: ContractOptions
  reporter: (typeof reporters)[number]
  /** The file for the report; standard output then receives the text report. */
  output: string | undefined
}

/**
 * Parses the command line.
 *
 * @throws UsageError if it is invalid; the message says what to do
 */
export function parseArguments(
  args: string[],
  environment: Record<string, string | undefined>,
): Command | 'help' | 'version' {
  const given = parseFlags(args)
  if (given.has('help')) return 'help'
  if (given.has('version')) return 'version'
  // CI servers set a variable without a value to the empty string.
  const value = (flag: Flag): string | undefined =>
    given.get(flag) ?? (environment[flags[flag].variable ?? ''] || undefined)
  const required = (flag: Flag): string => value(flag) ?? throwMissing(flag)
  return {
    options: {
      url: required('url'),
      projectId: required('project-id'),
      secret: required('secret'),
      organizationId: value('organization-id'),
      memberId: value('member-id'),
      connectedAppId: value('connected-app-id'),
      sessionToken: value('session-token'),
      sessionJwt: value('session-jwt'),
      sessionTokenWithoutPermission: value('session-token-without-permission'),
      sessionTokenOfOtherOrganization: value('session-token-of-other-organization'),
      profile: oneOf('profile', value('profile'), profiles),
      require: statusesOf(value('require')),
      timeoutMs: millisecondsOf(value('timeout-ms')),
    },
    reporter: oneOf('reporter', value('reporter'), reporters),
    output: value('output'),
  }
}

// `strict` is off because its messages differ between Node.js versions and quote values, which may
// be secrets.
function parseFlags(args: string[]): Map<Flag, string> {
  const { tokens } = parseArgs({
    args,
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { value }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string' },
      ]),
    ),
  })
  const given = new Map<Flag, string>()
  for (const token of tokens) {
    if (token.kind !== 'option') {
      throw new UsageError('there is an argument without a flag; see contract-tests --help')
    }
    if (!isFlag(token.name)) {
      throw new UsageError(`unknown flag ${token.rawName}; see contract-tests --help`)
    }
    if (given.has(token.name)) throw new UsageError(`--${token.name} is given twice; pass it once`)
    given.set(token.name, valueOf(token.name, token))
  }
  return given
}

function valueOf(
  flag: Flag,
  { value, inlineValue }: { value?: string | undefined; inlineValue?: boolean | undefined },
): string {
  const { value: valueName } = flags[flag]
  if (valueName === undefined) {
    if (value !== undefined) throw new UsageError(`--${flag} takes no value; omit it`)
    return ''
  }
  // In `--url --secret x` the URL is missing. A value that starts with a dash needs `--flag=value`.
  if (value === undefined || value === '' || (inlineValue !== true && value.startsWith('-'))) {
    throw new UsageError(`--${flag} has no value; pass --${flag}=${valueName}`)
  }
  return value
}

function throwMissing(flag: Flag): never {
  const { value = '', variable } = flags[flag]
  const orVariable = variable === undefined ? '' : ` or set ${variable}`
  throw new UsageError(`--${flag} is missing; pass --${flag} ${value}${orVariable}`)
}

function oneOf<Choice extends string>(
  flag: Flag,
  value: string | undefined,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const choice = value === undefined ? choices[0] : choices.find((each) => each === value)
  if (choice !== undefined) return choice
  throw new UsageError(`--${flag} has an invalid value; pass one of ${choices.join(', ')}`)
}

function statusesOf(value: string | undefined): ContractOptions['require'] {
  if (value === undefined || value === 'all') return value
  return value.split(',').map((word) => {
    const status = Number(word)
    if (isStatus(status)) return status
    throw new UsageError(
      `--require contains a status that the contract lacks; pass some of ${operation.statuses.join(',')}, or all`,
    )
  })
}

function millisecondsOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw new UsageError('--timeout-ms must be a positive whole number of milliseconds')
}
