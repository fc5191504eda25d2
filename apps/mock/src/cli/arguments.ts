import { parseArgs } from 'node:util'
import type { Address } from '../server.ts'
import { defaultHost, defaultPorts, flags, isFlag } from './flags.ts'
import type { Flag } from './flags.ts'
import { UsageError } from './usage-error.ts'

/** What the command line asks for. */
export type Command =
  | { name: 'help' }
  | { name: 'version' }
  | ({ name: 'mock' } & Address)
  | ({ name: 'proxy'; upstream: URL; passOtherRoutes: boolean } & Address)

/**
 * Reads the command line.
 *
 * @throws {UsageError}
 */
export function readArguments(args: string[]): Command {
  const { given, words } = parse(args)
  if (given.has('help')) return { name: 'help' }
  if (given.has('version')) return { name: 'version' }
  const [name = 'mock', unexpected] = words
  if (unexpected !== undefined) throw new UsageError(`unexpected argument ${quote(unexpected)}`)
  if (words.length > 0 && name !== 'proxy') {
    throw new UsageError(`unknown command ${quote(name)}; there is only proxy`)
  }
  const host = given.get('host') ?? defaultHost
  if (name === 'proxy') {
    const upstream = upstreamOf(given.get('upstream'))
    const passOtherRoutes = given.has('pass-other-routes')
    const port = portOf(given.get('port')) ?? defaultPorts.proxy
    return { name: 'proxy', host, port, upstream, passOtherRoutes }
  }
  for (const flag of given.keys()) {
    if (flags[flag].ofProxy) throw new UsageError(`--${flag} belongs to proxy`)
  }
  return { name: 'mock', host, port: portOf(given.get('port')) ?? defaultPorts.mock }
}

// Not parseArgs' own strictness: its messages differ between Node versions.
function parse(args: string[]): { given: Map<Flag, string>; words: string[] } {
  const { tokens, positionals } = parseArgs({
    args,
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { value, short }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short && { short }) },
      ]),
    ),
  })
  const given = new Map<Flag, string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (!isFlag(token.name)) {
      throw new UsageError(`unknown flag ${token.rawName}; see connected-apps-mock --help`)
    }
    if (given.has(token.name)) throw new UsageError(`--${token.name} is given twice; pass it once`)
    given.set(token.name, valueOf(token.name, token))
  }
  return { given, words: positionals }
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
  // `--host --port 0` has forgotten a value; one that does begin with a dash is passed with "=".
  if (value === undefined || value === '' || (inlineValue !== true && value.startsWith('-'))) {
    throw new UsageError(`--${flag} has no value; pass --${flag}=${valueName}`)
  }
  return value
}

function portOf(port: string | undefined): number | undefined {
  if (port === undefined) return undefined
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65535) return Number(port)
  throw new UsageError(`--port is a number from 0 to 65535, not ${quote(port)}`)
}

function upstreamOf(upstream: string | undefined): URL {
  if (upstream === undefined) throw new UsageError('proxy needs --upstream URL')
  const url = URL.canParse(upstream) ? new URL(upstream) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageError(`--upstream is an http or https URL, not ${quote(upstream)}`)
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new UsageError('--upstream is a base URL without credentials, query and fragment')
  }
  return url
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 200))
}
