import { parseArgs } from 'node:util'
import { isStatus, operation } from '@connected-apps/contract'
import type { ContractOptions } from '../options.ts'
import { UsageError } from '../usage-error.ts'
import { flags, isFlag } from './flags.ts'
import type { Flag } from './flags.ts'

const reporters = ['human', 'junit', 'github'] as const
const profiles = ['auto', 'mock', 'remote'] as const

/** What the command was asked to do. */
export interface Command {
  options: ContractOptions
  reporter: (typeof reporters)[number]
  /** A file for the report; standard output gets the human one then. */
  output: string | undefined
}

/**
 * Reads the command line.
 *
 * @throws UsageError what is wrong, and what to do
 */
export function readArguments(
  args: string[],
  environment: Record<string, string | undefined>,
): Command | 'help' | 'version' {
  const given = parse(args)
  if (given.has('help')) return 'help'
  if (given.has('version')) return 'version'
  // A variable that is set to nothing is as good as none; CI servers set those.
  const value = (flag: Flag): string | undefined =>
    given.get(flag) ?? (environment[flags[flag].variable ?? ''] || undefined)
  const required = (flag: Flag): string => value(flag) ?? refuseMissing(flag)
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

// Not parseArgs' own strictness: its messages differ between Node versions and quote values.
function parse(args: string[]): Map<Flag, string> {
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
      throw new UsageError('there is a value without its flag; see contract-tests --help')
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
    if (value !== undefined) throw new UsageError(`--${flag} takes no value; leave it out`)
    return ''
  }
  // `--url --secret x` has forgotten a value; one that does begin with a dash is passed with "=".
  if (value === undefined || value === '' || (inlineValue !== true && value.startsWith('-'))) {
    throw new UsageError(`--${flag} has no value; pass --${flag}=${valueName}`)
  }
  return value
}

function refuseMissing(flag: Flag): never {
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
  throw new UsageError(`--${flag} has an unknown value; pass one of ${choices.join(', ')}`)
}

function statusesOf(value: string | undefined): ContractOptions['require'] {
  if (value === undefined || value === 'all') return value
  return value.split(',').map((word) => {
    const status = Number(word)
    if (isStatus(status)) return status
    throw new UsageError(
      `--require holds what is no status of the contract; pass some of ${operation.statuses.join(',')}, or all`,
    )
  })
}

function millisecondsOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw new UsageError('--timeout-ms must be a whole number of milliseconds above 0')
}
