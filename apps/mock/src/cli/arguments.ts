import { parseArgs } from 'node:util'
import type { Address } from '../http/listen.ts'

/** A usage error on the command line; the one-line message says what is wrong and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A command with its options. */
export type Command =
  | { name: 'help' }
  | { name: 'version' }
  | ({ name: 'mock' } & Address)
  | ({ name: 'proxy'; upstream: URL; passOtherRoutes: boolean } & Address)

interface OptionDescription {
  /** A placeholder for its value; undefined if it takes none. */
  value: string | undefined
  short?: string
  isProxyOnly?: true
  help: string
}

const defaultHost = '127.0.0.1'
const defaultPorts = { mock: 4010, proxy: 4011 }

const descriptions = {
  host: { value: 'ADDRESS', help: `address to listen on; default ${defaultHost}` },
  port: {
    value: 'PORT',
    help: `port to listen on, 0 for a free one; default ${defaultPorts.mock}, for proxy ${defaultPorts.proxy}`,
  },
  upstream: {
    value: 'URL',
    isProxyOnly: true,
    help: 'base URL of the provider that the proxy forwards to',
  },
  'pass-other-routes': {
    value: undefined,
    isProxyOnly: true,
    help: 'forward requests for other operations without a check',
  },
  help: { value: undefined, short: 'h', help: 'print this help' },
  version: { value: undefined, help: 'print the version' },
} satisfies Record<string, OptionDescription>

type Option = keyof typeof descriptions

/** Every option, in the order of `--help`. */
const options: Record<Option, OptionDescription> = descriptions

/**
 * Parses the command line.
 *
 * @throws {UsageError}
 */
export function parseCommand(args: string[]): Command {
  const { values, positionals } = parse(args)
  if (values.has('help')) return { name: 'help' }
  if (values.has('version')) return { name: 'version' }
  const [name = 'mock', unexpected] = positionals
  if (unexpected !== undefined) throw new UsageError(`unexpected argument ${quote(unexpected)}`)
  if (positionals.length > 0 && name !== 'proxy') {
    throw new UsageError(`unknown command ${quote(name)}; the only command is proxy`)
  }
  const host = values.get('host') ?? defaultHost
  if (name === 'proxy') {
    const upstream = parseUpstream(values.get('upstream'))
    const passOtherRoutes = values.has('pass-other-routes')
    const port = parsePort(values.get('port')) ?? defaultPorts.proxy
    return { name: 'proxy', host, port, upstream, passOtherRoutes }
  }
  for (const option of values.keys()) {
    if (options[option].isProxyOnly) throw new UsageError(`--${option} is an option of proxy only`)
  }
  return { name: 'mock', host, port: parsePort(values.get('port')) ?? defaultPorts.mock }
}

// parseArgs is not strict here, because its own error messages differ between Node.js versions.
function parse(args: string[]): { values: Map<Option, string>; positionals: string[] } {
  const { tokens, positionals } = parseArgs({
    args,
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value, short }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short && { short }) },
      ]),
    ),
  })
  const values = new Map<Option, string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (!isOption(token.name)) {
      throw new UsageError(`unknown option ${token.rawName}; see connected-apps-mock --help`)
    }
    if (values.has(token.name)) throw new UsageError(`--${token.name} may be passed only once`)
    values.set(token.name, valueOf(token.name, token))
  }
  return { values, positionals }
}

function isOption(name: string): name is Option {
  return Object.hasOwn(options, name)
}

function valueOf(
  option: Option,
  { value, inlineValue }: { value?: string | undefined; inlineValue?: boolean | undefined },
): string {
  const { value: placeholder } = options[option]
  if (placeholder === undefined) {
    if (value !== undefined) throw new UsageError(`--${option} takes no value`)
    return ''
  }
  // In `--host --port 0` the value is missing; one that starts with a dash is passed after "=".
  if (value === undefined || value === '' || (inlineValue !== true && value.startsWith('-'))) {
    throw new UsageError(`--${option} needs a value; pass --${option}=${placeholder}`)
  }
  return value
}

function parsePort(port: string | undefined): number | undefined {
  if (port === undefined) return undefined
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65535) return Number(port)
  throw new UsageError(`--port must be a number from 0 to 65535, not ${quote(port)}`)
}

function parseUpstream(upstream: string | undefined): URL {
  if (upstream === undefined) throw new UsageError('proxy needs --upstream URL')
  const url = URL.canParse(upstream) ? new URL(upstream) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageError(`--upstream must be an http or https URL, not ${quote(upstream)}`)
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new UsageError('--upstream must be a base URL without credentials, query or fragment')
  }
  return url
}

function quote(value: string): string {
  return JSON.stringify(value.slice(0, 200))
}

/** The output of `--help`. */
export function helpText(): string {
  const rows = Object.entries(options).map(([name, { value, help }]) => {
    const option = value === undefined ? `--${name}` : `--${name} ${value}`
    return `  ${option.padEnd(20)} ${help}`
  })
  return `Usage: connected-apps-mock [options]
       connected-apps-mock proxy --upstream URL [options]

Starts a mock server for the Revoke Connected App contract, or a proxy that checks the traffic to a
provider against it.

Options:
${rows.join('\n')}`
}
