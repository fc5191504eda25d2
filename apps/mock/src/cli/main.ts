#!/usr/bin/env node
import { contract } from '@connected-apps/contract/operations'
import { parseBaseUrl } from '@connected-apps/node-http'
import {
  createCommand,
  InvalidArgumentError,
  parsePort,
  runCommand,
} from '@connected-apps/node-http/command'
import module from 'node:module' // the whole module: old Node.js versions lack the export enableCompileCache
import type * as commands from './commands.ts'

interface Manifest {
  version: string
  engines: { node: string }
}
// Not an import, because old Node.js versions print a warning for JSON modules.
const manifest: Manifest = module.createRequire(import.meta.url)(
  '@connected-apps/mock/package.json',
)

const command = createCommand({
  name: 'connected-apps-mock',
  version: `${manifest.version} (contract ${contract.version})`,
  description: `A mock server for the ${contract.title} contract, or a proxy that checks the traffic to a provider against it.`,
})

const serve = command
  .command('serve', { isDefault: true })
  .description('start the mock server; the default')
  .option('--host <ADDRESS>', 'address to listen on', '127.0.0.1')
  .option('--port <PORT>', 'port to listen on, 0 for a free one', parsePort, 4010)
  .action(async (options: { host: string; port: number }) =>
    (await loadCommands()).runMock(options),
  )

const proxy = command
  .command('proxy')
  .description('start a proxy that checks each request and response against the contract')
  .requiredOption('--upstream <URL>', 'base URL of the provider to forward to', parseUpstream)
  .option('--pass-other-routes', 'forward requests for other operations without a check')
  .option('--host <ADDRESS>', 'address to listen on', '127.0.0.1')
  .option('--port <PORT>', 'port to listen on, 0 for a free one', parsePort, 4011)
  .action(async (options: commands.ProxyCommandOptions) => (await loadCommands()).runProxy(options))

command.addHelpText('after', () =>
  [serve, proxy].map((each) => `\n${each.helpInformation().trimEnd()}`).join('\n'),
)

await runCommand(command, { engine: manifest.engines.node })

/** Loads the servers, which neither usage errors nor a Node.js that is too old need. */
function loadCommands(): Promise<typeof commands> {
  module.enableCompileCache()
  return import('./commands.ts')
}

function parseUpstream(text: string): string {
  const { url, error } = parseBaseUrl(text)
  if (url === undefined) throw new InvalidArgumentError(error)
  return url
}
