// Runs the mock, the service and the screen until one of them ends, or until this process is asked to stop.
import { stopWithFirst } from './run-process.mjs'
import { runScript } from './run-task.ts'
import { runTasks } from './turbo.ts'

process.exitCode =
  (await runTasks(['generate'])) || (await runTasks(['build'])) || (await runServers())

async function runServers(): Promise<number> {
  console.log('Starting the mock, the service and the screen.')
  // When the terminal has been closed, this process must still live to stop the servers.
  process.stdout.on('error', () => undefined)
  const mock = startServer('mock')
  const service = startServer('service')
  const ended = Promise.race([mock.exitCode, service.exitCode])
  const mockGreeting = await Promise.race([mock.greeting, ended])
  const servers = [mock, service]
  if (typeof mockGreeting === 'string') {
    // The mock says where it is, since MOCK_PORT may be 0.
    const [url = ''] = /http:\S+/.exec(mockGreeting) ?? []
    const baseUrl = process.env['CONNECTED_APPS_BASE_URL'] || url
    servers.push(startServer('screen', { CONNECTED_APPS_BASE_URL: baseUrl }))
    void Promise.all(servers.map(({ greeting }) => greeting)).then(printBox)
  }
  return stopWithFirst(servers)
}

/** Starts a server. It prints its address in one piece once it is ready; later output is printed as it is. */
function startServer(name: 'mock' | 'service' | 'screen', env: Record<string, string> = {}) {
  const run = runScript(name, 'start', [], { stdio: ['inherit', 'pipe', 'inherit'], env })
  const greeting = new Promise<string>((resolve) => {
    // With DATABASE_URL the service has no demo, so it prints nothing and only logs its address.
    let isGreeted = name === 'service' && process.env['DATABASE_URL'] !== undefined
    if (isGreeted) resolve('Service of Connected Apps: see the log')
    run.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (!isGreeted) resolve(text)
      // The lines of requests do not say which of the servers was called.
      else process.stdout.write(name === 'mock' ? text.replaceAll(/^./gm, 'mock: $&') : text)
      isGreeted = true
    })
  })
  return { ...run, greeting }
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
