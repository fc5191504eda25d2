// Runs the mock and the service until one of them ends, or until this process is asked to stop.
import { isStopRequested } from './run-process.mjs'
import { runScript } from './run-task.ts'
import { runTasks } from './turbo.ts'

process.exitCode =
  (await runTasks(['generate'])) || (await runTasks(['build'])) || (await runServers())

async function runServers(): Promise<number> {
  console.log('Starting the mock and the service.')
  const servers = ['mock', 'service'].map((name) =>
    runScript(name, 'start', [], { stdio: ['inherit', 'pipe', 'inherit'] }),
  )
  // A closed terminal; what is still to do, to stop the servers, must not fail for that.
  process.stdout.on('error', () => undefined)

  // Each says where it is in one piece, once it is ready. What it says later is printed as it is.
  const greetings = servers.map(() => '')
  for (const [index, { child }] of servers.entries()) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const isGreeting = greetings[index] === ''
      if (!isGreeting) process.stdout.write(text)
      else greetings[index] = text
      if (isGreeting && greetings.every(Boolean)) printBox(greetings)
    })
  }

  // With DATABASE_URL the service has no demo to say anything about, and logs where it is.
  if (process.env['DATABASE_URL'] !== undefined)
    greetings[1] = 'Service of Revoke Connected App: see the log'

  const exitCodes = servers.map(({ exitCode }) => exitCode)
  await Promise.race(exitCodes)
  if (!isStopRequested()) for (const { stop } of servers) stop()
  return Math.max(...(await Promise.all(exitCodes)))
}

function printBox([mock = '', service = '']: string[]): void {
  // The mock goes on with how to use it, which its page and its own command show too.
  const [where = ''] = mock.split('\n', 1)
  const lines = [where, ...service.trimEnd().split('\n'), '', 'Ctrl-C stops both.']
  const width = Math.max(...lines.map((line) => line.length))
  console.log(`╭${'─'.repeat(width + 4)}╮`)
  for (const line of ['', ...lines, '']) console.log(`│  ${line.padEnd(width)}  │`)
  console.log(`╰${'─'.repeat(width + 4)}╯`)
}
