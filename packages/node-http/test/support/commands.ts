// The commands that the tests run as processes of their own: one without commands, and one with.
import { createServer } from 'node:http'
import {
  CommandError,
  Option,
  createCommand,
  onStopSignal,
  parsePort,
  requireNode,
  runCommand,
} from '../../src/command/index.ts'
import { listen } from '../../src/index.ts'

const [which, ...args] = process.argv.slice(2)

const plain = createCommand({ name: 'plain', version: '1.2.3', description: 'Prints its options.' })
  .requiredOption('-u, --url <URL>', 'where')
  .addOption(
    new Option('--secret <SECRET>', 'the secret').env('PLAIN_SECRET').makeOptionMandatory(),
  )
  .addOption(new Option('--port <PORT>', 'the port').env('PLAIN_PORT').argParser(parsePort))
  .addOption(new Option('--reporter <NAME>', 'how').choices(['text', 'junit']).default('text'))
  .option('--verbose', 'more')
  .option('--tag <TAG...>', 'several')
  .option('--fail <HOW>', 'fails')
  .action((options: { fail?: string }) => {
    if (options.fail === 'expected') throw new CommandError('nothing\nresponds at the URL')
    if (options.fail === 'explained') throw new RangeError('too far')
    if (options.fail !== undefined) throw new Error('a bug')
    console.log(JSON.stringify(options))
  })

const nested = createCommand({ name: 'nested', version: '1.2.3', description: 'Has commands.' })
nested
  .command('serve', { isDefault: which === 'with-default' })
  .description('serves')
  .option('--port <PORT>', 'the port', parsePort, 0)
  .action(async ({ port }: { port: number }) => {
    const server = createServer()
    const names = { host: '--host', port: '--port' }
    const url = await listen(server, { host: '127.0.0.1', port, names })
    onStopSignal(async () => {
      await new Promise((resolve) => server.close(resolve))
      return 7
    })
    console.log(url)
  })
nested
  .command('watch')
  .description('watches')
  .requiredOption('--upstream <URL>', 'what')
  .argument('[command...]', 'what to run')
  .action((command: string[], options: object) => {
    console.log(JSON.stringify({ ...options, command }))
  })

if (which === 'old-node') {
  await runCommand(plain, { args, engine: '>=99.1' })
} else if (which === 'plain') {
  await runCommand(plain, {
    args,
    engine: '>=20.19',
    explain: (error) => (error instanceof RangeError ? ['first', 'second'] : undefined),
  })
} else {
  requireNode('>=20.19')
  await runCommand(nested, { args })
}
