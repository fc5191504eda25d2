// Runs the mock, the service and the screen until one of them ends, or until this process is asked to stop.
import { isStopRequested } from './run-process.mjs'
import { runScript } from './run-task.ts'
import { runTasks } from './turbo.ts'

process.exitCode =
  (await runTasks(['generate'])) || (await runTasks(['build'])) || (await runServers())

async function runServers(): Promise<number> {
  console.log('Starting the mock, the service and the screen.')
  const servers = ['mock', 'service', 'screen'].map((name) =>
    runScript(name, 'start', [], { stdio: ['inherit', 'pipe', 'inherit'] }),
  )
  // When the terminal has been closed, this process must still live to stop the servers.
  process.stdout.on('error', () => undefined)

  // Each server prints its address in one piece once it is ready. Later output is printed as it is.
  const greetings = servers.map(() => '')
  for (const [index, { child }] of servers.entries()) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const isGreeting = greetings[index] === ''
      // The lines of requests do not say which of the servers was called.
      if (!isGreeting)
        process.stdout.write(index === 0 ? text.replaceAll(/^./gm, 'mock: $&') : text)
      else greetings[index] = text
      if (isGreeting && greetings.every(Boolean)) printBox(greetings)
    })
  }

  // With DATABASE_URL the service has no demo, so it prints nothing and only logs its address.
  if (process.env['DATABASE_URL'] !== undefined)
    greetings[1] = 'Service of Connected Apps: see the log'

  const exitCodes = servers.map(({ exitCode }) => exitCode)
  await Promise.race(exitCodes)
  if (!isStopRequested()) for (const { stop } of servers) stop()
  return Math.max(...(await Promise.all(exitCodes)))
}

function printBox([mock = '', service = '', screen = '']: string[]): void {
  // The mock goes on with how to use it, which its page and its own command show too.
  const [where = ''] = mock.split('\n', 1)
  const lines = [
    where,
    screen.trimEnd(),
    ...service.trimEnd().split('\n'),
    '',
    'Ctrl-C stops them all.',
  ]
  const width = Math.max(...lines.map((line) => line.length))
  console.log(`╭${'─'.repeat(width + 4)}╮`)
  for (const line of ['', ...lines, '']) console.log(`│  ${line.padEnd(width)}  │`)
  console.log(`╰${'─'.repeat(width + 4)}╯`)
}
