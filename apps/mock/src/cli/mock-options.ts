import { Option, parsePort } from '@connected-apps/node-http/command'
import type { Command } from '@connected-apps/node-http/command'

/** Adds the options of the mock to a command. */
export function addMockOptions(command: Command): Command {
  const port = new Option('--port <PORT>', 'port to listen on, 0 for a free one')
  return command
    .option('--host <ADDRESS>', 'address to listen on', '127.0.0.1')
    .addOption(port.env('MOCK_PORT').argParser(parsePort).default(4010))
    .option('--quiet', 'do not print a line for each request')
}
