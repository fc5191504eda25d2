import { contract } from '@connected-apps/contract/operations'
import { parseBaseUrl } from '@connected-apps/node-http'
import {
  createCommand,
  InvalidArgumentError,
  parsePort,
  parseSeconds,
  runCommand,
  UsageError,
} from '@connected-apps/node-http/command'
import type { Command } from '@connected-apps/node-http/command'
import { reporterOption } from '@connected-apps/contract-tests/reporting'
import module from 'node:module' // the whole module: Node.js 20 lacks the export enableCompileCache
import type * as commands from './commands.ts'
import { addMockOptions } from './mock-options.ts'

interface Manifest {
  version: string
  engines: { node: string }
}
// Not an import, because old Node.js versions print a warning for JSON modules.
const manifest: Manifest = module.createRequire(import.meta.url)(
  '@connected-apps/mock/package.json',
)

// Everything after the first -- is the command that the proxy runs, with options of its own.
const args = process.argv.slice(2)
const separator = args.indexOf('--')
const testCommand = separator === -1 ? undefined : args.slice(separator + 1)

const command = createCommand({
  name: 'connected-apps-mock',
  version: `${manifest.version} (contract ${contract.version})`,
  description: `A mock server for the ${contract.title} contract, or a proxy that checks the traffic to a provider against it.`,
})

const serve = command
  .command('serve', { isDefault: true })
  .description('start the mock server; the default')
addMockOptions(serve).action(async (options: commands.MockCommandOptions) => {
  if (testCommand) throw new UsageError('a command after -- is for the proxy; leave it out')
  await (await loadCommands()).runMock(options)
})

const proxy = command
  .command('proxy')
  .description('start a proxy that checks each request and response against the contract')
  .requiredOption('--upstream <URL>', 'base URL of the provider to forward to', parseUpstream)
  .option('--pass-other-routes', 'forward requests for other operations without a check')
  .option('--host <ADDRESS>', 'address to listen on', '127.0.0.1')
  .option(
    '--port <PORT>',
    'port to listen on, 0 for a free one (default: 4011, or a free one with a command)',
    parsePort,
  )
  .addOption(reporterOption())
  .option(
    '--env <NAME>',
    'variable in which the command finds the address of the proxy (default: CONNECTED_APPS_BASE_URL)',
    parseVariable,
  )
  .option(
    '--wait <SECONDS>',
    'how long to wait for the upstream to respond before running the command (default: 60)',
    parseSeconds,
  )
  .usage('[options] [-- COMMAND...]')
  .allowExcessArguments()
  .action(async (options: commands.ProxyCommandOptions, { args: unseparated }: Command) => {
    if (unseparated.length > 0) throw new UsageError('unexpected argument; put -- before a command')
    if (testCommand?.length === 0) throw new UsageError('the command is missing after --; add it')
    for (const name of ['env', 'wait'] as const) {
      if (options[name] === undefined || testCommand) continue
      throw new UsageError(`--${name} is for a command; add -- and the command`)
    }
    await (await loadCommands()).runProxy(options, testCommand)
  })

command.addHelpText('after', () =>
  [serve, proxy].map((each) => `\n${each.helpInformation().trimEnd()}`).join('\n'),
)

await runCommand(command, {
  args: separator === -1 ? args : args.slice(0, separator),
  engine: manifest.engines.node,
})

/** Loads the servers, which neither usage errors nor a Node.js that is too old need. */
function loadCommands(): Promise<typeof commands> {
  const { enableCompileCache }: Partial<typeof module> = module
  enableCompileCache?.()
  return import('./commands.ts')
}

function parseUpstream(text: string): string {
  const { url, error } = parseBaseUrl(text)
  if (url === undefined) throw new InvalidArgumentError(error)
  return url
}

function parseVariable(text: string): string {
  if (/^[a-z_]\w*$/i.test(text)) return text
  throw new InvalidArgumentError('must be the name of an environment variable')
}
