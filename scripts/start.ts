// Runs the mock, the service and the screen until one of them ends or a signal stops them.
import { stopWithFirst } from './run-process.mjs'
import { runScript } from './run-task.ts'
import { runTasks } from './turbo.ts'

process.exitCode =
  (await runTasks(['generate'])) || (await runTasks(['build'])) || (await runServers())

async function runServers(): Promise<number> {
  console.log('Starting the mock, the service and the screen.')
  // When the terminal has been closed, this process must keep running to stop the servers.
  process.stdout.on('error', () => undefined)
  const mock = startServer('mock')
  const service = startServer('service')
  const ended = Promise.race([mock.exitCode, service.exitCode])
  const mockBanner = await Promise.race([mock.banner, ended])
  const servers = [mock, service]
  if (typeof mockBanner === 'string') {
    // The banner of the mock has its address, since MOCK_PORT may be 0.
    const [url = ''] = /http:\S+/.exec(mockBanner) ?? []
    const baseUrl = process.env['CONNECTED_APPS_BASE_URL'] || url
    servers.push(startServer('screen', { CONNECTED_APPS_BASE_URL: baseUrl }))
    void Promise.all(servers.map(({ banner }) => banner)).then(printBox)
  }
  return stopWithFirst(servers)
}

/** Starts a server. Its first output is its banner, once it is ready; later output is passed on. */
function startServer(name: 'mock' | 'service' | 'screen', env: Record<string, string> = {}) {
  const run = runScript(name, 'start', [], { stdio: ['inherit', 'pipe', 'inherit'], env })
  const banner = new Promise<string>((resolve) => {
    // With DATABASE_URL the service has no demo, so it prints no banner and only logs its address.
    let isPrinted = name === 'service' && process.env['DATABASE_URL'] !== undefined
    if (isPrinted) resolve('Service of Connected Apps: see the log')
    run.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (!isPrinted) resolve(text)
      // The line of a request does not name the server.
      else process.stdout.write(name === 'mock' ? text.replaceAll(/^./gm, 'mock: $&') : text)
      isPrinted = true
    })
  })
  return { ...run, banner }
}

function printBox([mock = '', service = '', screen = '']: string[]): void {
  // The rest of the mock's banner explains its use, as its page does.
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
