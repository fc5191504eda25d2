import { parseArgs } from 'node:util'
import type { Address } from './server.ts'

/** What the command line asks for. */
export type Command =
  | { name: 'help' }
  | { name: 'version' }
  | ({ name: 'mock' } & Address)
  | ({ name: 'proxy'; upstream: URL; passOtherRoutes: boolean } & Address)

/** The command line makes no sense; the message says why, in one line. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Printed for --help. */
export const help = `Usage: connected-apps-mock [--host 127.0.0.1] [--port 4010]
       connected-apps-mock proxy --upstream URL [--host 127.0.0.1] [--port 4011]
                                 [--pass-other-routes]

Serves the Revoke Connected App contract, or watches over the traffic to a provider of it.

  --host               address to listen on (127.0.0.1)
  --port               port to listen on, 0 for a free one (4010, proxy: 4011)
  --upstream           base URL of the provider that the proxy forwards to
  --pass-other-routes  let requests pass unchecked that are for other operations
  --version            print the version
  --help               print this text`

/**
 * Reads the arguments behind the command's name.
 *
 * @throws {UsageError}
 */
export function parseCommandLine(args: string[]): Command {
  const { values, positionals } = parse(args)
  if (values.help) return { name: 'help' }
  if (values.version) return { name: 'version' }
  const [command, ...others] = positionals
  if (others[0] !== undefined) throw new UsageError(`unexpected argument ${quote(others[0])}`)
  const host = values.host ?? '127.0.0.1'
  if (host === '') throw new UsageError('--host needs a value')
  if (command === undefined) {
    if (values.upstream !== undefined) throw new UsageError('--upstream belongs to proxy')
    if (values['pass-other-routes']) throw new UsageError('--pass-other-routes belongs to proxy')
    return { name: 'mock', host, port: parsePort(values.port ?? '4010') }
  }
  if (command !== 'proxy') {
    throw new UsageError(`unknown command ${quote(command)}; there is only proxy`)
  }
  const upstream = parseUpstream(values.upstream)
  const passOtherRoutes = values['pass-other-routes'] ?? false
  return { name: 'proxy', host, port: parsePort(values.port ?? '4011'), upstream, passOtherRoutes }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        host: { type: 'string' },
        port: { type: 'string' },
        upstream: { type: 'string' },
        'pass-other-routes': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const [firstSentence = ''] = error.message.split(/\. |\n/, 1)
    throw new UsageError(firstSentence, { cause: error })
  }
}

function parsePort(port: string): number {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new UsageError(`--port is a number from 0 to 65535, not ${quote(port)}`)
  }
  return Number(port)
}

function parseUpstream(upstream: string | undefined): URL {
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
