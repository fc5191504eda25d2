import { allOperations, contract } from '@connected-apps/contract/operations'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, request as httpRequest } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { exampleRequest } from '../src/snippets/example-request.ts'
import { authorization } from './call.ts'
import { anyOperation } from './operations.ts'
import { startProvider } from './provider.ts'
import type { Provider } from './provider.ts'
import { runCommand } from './run-command.ts'
import type { CommandRun } from './run-command.ts'
import { headersOf, successBody } from './start-proxied.ts'

const contractName = `${contract.title} ${contract.version}`
const { successStatus } = anyOperation
const { target, ...exampleInit } = exampleRequest(anyOperation)
const init = { ...exampleInit, headers: { ...exampleInit.headers, authorization } }
const polling = { interval: 20, timeout: 20_000 }

/** A command that calls the API at the address in the variable, and then runs more code. */
function calling(
  then = '',
  variable = 'CONNECTED_APPS_BASE_URL',
  options: object = init,
): string[] {
  const call = `fetch(process.env.${variable} + ${JSON.stringify(target)}, ${JSON.stringify(options)})`
  const program = `const { status } = await ${call}; console.log('status', status); ${then}`
  return ['--', process.execPath, '--input-type=module', '--eval', program]
}

let provider: Provider
let directory: string
beforeAll(async () => {
  provider = await startProvider()
  directory = await mkdtemp(join(tmpdir(), 'proxy-run-'))
})
beforeEach(() => {
  provider.respond = succeed
})
afterAll(async () => {
  await provider.close()
  await rm(directory, { recursive: true })
})
const succeed: Provider['respond'] = (response) =>
  response.writeHead(successStatus, headersOf(successStatus)).end(successBody)
const violate: Provider['respond'] = (response) =>
  response.writeHead(successStatus, headersOf(successStatus)).end('{}')

const runs: CommandRun[] = []
function start(args: string[], env: Record<string, string> = {}): CommandRun {
  const run = runCommand(['proxy', '--upstream', provider.url, ...args], { env })
  runs.push(run)
  return run
}
afterEach(() => {
  for (const run of runs.splice(0)) run.kill('SIGKILL')
})

/** Starts a server in the background, waits for its message, and ends without it. */
function leaveRunning(server: string): string {
  return `
    const { spawn } = await import('node:child_process')
    const stdio = ['ignore', 'inherit', 'ignore', 'ipc']
    const server = spawn(process.execPath, ['--eval', ${JSON.stringify(server)}], { stdio })
    console.log('server', server.pid)
    server.once('message', () => process.exit(0))`
}

/** The process of the server that a command has started. */
function serverOf({ stdout }: CommandRun): number {
  return Number(/server (\d+)/.exec(stdout)?.[1])
}

/** Whether a process runs. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('connected-apps-mock proxy -- COMMAND', () => {
  it('runs the command with the address of the proxy, leaves standard output to it, and exits with 0', async () => {
    const run = start(calling())
    expect(await run.exit).toBe(0)
    expect(run.stdout).toBe(`status ${successStatus}\n`)
    expect(run.stderr).toMatch(new RegExp(`^Validation proxy of ${contractName}: http://127`))
    expect(run.stderr).toMatch(
      new RegExp(
        `\\nPASSED: checked 1 exchange\\(s\\) against ${contractName}, found 0 violation\\(s\\)\\n$`,
      ),
    )
  })

  it('exits with 1 on a violation although the command succeeded', async () => {
    provider.respond = violate
    const run = start(calling())
    expect(await run.exit).toBe(1)
    expect(run.stderr).toMatch(
      /^FAIL \w+: its responses conform to the contract\n {7}response body: /m,
    )
    expect(run.stderr).toContain('\nFAILED: checked 1 exchange(s)')
  })

  it('escapes what the upstream sends before it reaches the terminal', async () => {
    provider.respond = (response, request) => {
      if (request.url === '/') return response.writeHead(404).end()
      const upgrade = 'Connection: upgrade\r\nUpgrade: x'
      return response.socket?.end(`HTTP/1.1 101 \u009B31mred\r\n${upgrade}\r\n\r\n`, 'latin1')
    }
    const run = start(calling())
    expect(await run.exit).toBe(1)
    expect(run.stderr.match(/101 \\u\{9b\}31mred/g)).toHaveLength(2) // at once, and in the report
    expect(run.stderr).not.toMatch(/(?!\n)\p{C}/u)
  })

  it('exits with 1 when the command has called nothing', async () => {
    const run = start(['--', process.execPath, '--eval', '0'])
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain('nothing was checked, so the result is unknown')
  })

  it.each([
    ['its timeout has expired', 'await call({ signal: AbortSignal.timeout(500) }).catch(() => 0)'],
    ['it has ended', 'call(); setTimeout(() => process.exit(0), 500)'],
  ])('exits with 1 when the provider keeps the command waiting until %s', async (_when, then) => {
    let calls = 0
    provider.respond = (response, request) => {
      if (request.url === '/') return response.writeHead(404).end()
      calls += 1
      return calls === 1 ? succeed(response, request) : undefined
    }
    const again = `const call = (more) => fetch(process.env.CONNECTED_APPS_BASE_URL + ${JSON.stringify(target)}, { ...${JSON.stringify(init)}, ...more }); ${then}`
    const run = start(calling(again))
    expect(await run.exit).toBe(1)
    expect(calls).toBe(2)
    expect(run.stderr).toContain('the client disconnected before http://127.0.0.1:')
    expect(run.stderr).toMatch(/\nFAILED: checked 1 .*; 1 request\(s\) got no response/)
  })

  it('exits with the code of the command if it failed, and still reports', async () => {
    provider.respond = violate
    const run = start(calling('process.exit(7)'))
    expect(await run.exit).toBe(7)
    expect(run.stderr).toContain('\nFAILED: checked 1 exchange(s)')
  })

  it('exits as a shell does if a signal ended the command', async () => {
    const run = start(calling("process.kill(process.pid, 'SIGKILL')"))
    expect(await run.exit).toBe(128 + 9)
  })

  it('sets the variable that --env names, and passes on the arguments of the command', async () => {
    const args = [...calling('console.log(process.argv.at(-1))', 'API_URL'), '--', '--port']
    const run = start(['--env', 'API_URL', ...args])
    expect(await run.exit).toBe(0)
    expect(run.stdout).toBe(`status ${successStatus}\n--port\n`)
  })

  it('runs a script of npm', async () => {
    const [, , , , program = ''] = calling()
    await writeFile(join(directory, 'e2e.mjs'), program)
    const scripts = { 'test:e2e': 'node e2e.mjs' }
    await writeFile(join(directory, 'package.json'), JSON.stringify({ scripts }))
    const run = start(['--', 'npm', '--prefix', directory, '--silent', 'run', 'test:e2e'])
    expect(await run.exit).toBe(0)
    expect(run.stdout).toBe(`status ${successStatus}\n`)
  })

  it('waits until the upstream responds, with any status', async () => {
    let connections = 0
    const late = createServer((_request, response) => response.writeHead(404).end())
    late.on('connection', (socket) => {
      connections += 1
      if (connections < 3) socket.destroy()
    })
    await new Promise<void>((resolve) => late.listen(0, '127.0.0.1', resolve))
    const { port } = late.address() as AddressInfo // it listens on TCP
    const command = ['--', process.execPath, '--eval', 'process.exit(9)']
    const run = runCommand(['proxy', '--upstream', `http://127.0.0.1:${port}`, ...command])
    runs.push(run)
    expect(await run.exit).toBe(9)
    expect(connections).toBe(3)
    late.closeAllConnections()
    late.close()
  })

  it.each([
    [
      ['--upstream', 'http://127.0.0.1:1', '--wait', '1', ...calling()],
      /^connected-apps-mock: http:\/\/127\.0\.0\.1:1 did not respond within 1 s: nothing listens there \(ECONNREFUSED\); start it, or wait longer with --wait$/,
    ],
    [
      ['--', join(tmpdir(), 'no-such-program')],
      /^connected-apps-mock: "[^"]*no-such-program" cannot be started: there is no such program; pass a program /,
    ],
  ])('exits with 2, and leaves no proxy running: %j', async (args, message) => {
    const upstream = args.includes('--upstream') ? [] : ['--upstream', provider.url]
    const run = runCommand(['proxy', ...upstream, ...args])
    runs.push(run)
    expect(await run.exit).toBe(2)
    expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(message)
    expect(run.stdout).toBe('')
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    'passes %s on, waits for the command, and reports',
    async (signal) => {
      const stay = `process.on('${signal}', () => { console.log('ending'); setTimeout(() => process.exit(5), 300) }); setInterval(() => 0, 1000); console.log('ready')`
      const run = start(calling(stay))
      await run.printed(/ready/)
      run.kill(signal)
      await run.printed(/ending/)
      run.kill(signal) // as npm does, beside the terminal
      expect(await run.exit).toBe(5)
      expect(run.stdout).toBe(`status ${successStatus}\nready\nending\n`)
      expect(run.stderr).toContain('\nPASSED: ')
    },
  )

  it('ends what the command has left running in the background', async () => {
    const run = start(calling(leaveRunning("process.send('ready'); setInterval(() => 0, 1000)")))
    expect(await run.exit).toBe(0)
    await vi.waitFor(() => expect(isRunning(serverOf(run))).toBe(false), polling)
  })

  it('kills what ignores SIGTERM, and reports even if it is stopped meanwhile', async () => {
    // It ends by itself eventually, should the proxy not kill it.
    const stubborn = `
      process.on('SIGTERM', () => console.log('stop requested'))
      process.send('ready')
      setTimeout(() => 0, 15_000)`
    const run = start(calling(leaveRunning(stubborn)))
    await run.printed(/stop requested/)
    run.kill('SIGTERM')
    run.kill('SIGINT')
    expect(await run.exit).toBe(0)
    expect(run.stderr).toContain('\nPASSED: ')
    expect(isRunning(serverOf(run))).toBe(false)
  })

  it('ends the command too when the proxy itself crashes', async () => {
    const crash = "process.on('SIGUSR2', () => { throw new Error('crash') })"
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(crash)}` }
    const run = start(
      calling("console.log('server', process.pid); setTimeout(() => 0, 15_000)"),
      env,
    )
    await run.printed(/server \d+\n/)
    run.kill('SIGUSR2')
    await vi.waitFor(() => expect(run.stderr).toContain('Error: crash'), polling)
    const within = { interval: 20, timeout: 5_000 }
    await vi.waitFor(() => expect(isRunning(serverOf(run))).toBe(false), within)
  })
})

describe('the reports', () => {
  it('can be several at once, and list what was covered and what was not', async () => {
    provider.respond = violate
    const [junit, step] = ['junit.xml', 'step.md'].map((name) => join(directory, name)) as [
      string,
      string,
    ] // one for each
    const reporters = [`junit=${junit}`, 'github', 'summary'].flatMap((name) => [
      '--reporter',
      name,
    ])
    const run = start([...reporters, ...calling()], { GITHUB_STEP_SUMMARY: step })
    expect(await run.exit).toBe(1)
    const { operationId } = anyOperation
    const ids = allOperations.map((operation) => operation.operationId)
    const others = ids.filter((id) => id !== operationId).join(', ')
    const xml = await readFile(junit, 'utf8')
    expect(xml).toContain(
      `<testsuites name="validation proxy of ${contractName}" tests="${2 * allOperations.length + 3}" failures="1" errors="0" time="0.000">`,
    )
    expect(xml).toContain(
      `<testcase classname="${operationId}" name="its responses conform to the contract" time="0.000"><failure message="response body: `,
    )
    expect(xml).toContain('<skipped message="it was not called"/>')
    expect(run.stderr).toMatch(
      new RegExp(
        `^::error title=${operationId}%3A its responses conform to the contract::response body: `,
        'm',
      ),
    )
    expect(run.stderr).toMatch(
      new RegExp(`^::notice title=operations that were not called::${others}$`, 'm'),
    )
    expect(run.stderr).toContain(
      `\nCoverage of the operations 1/${allOperations.length}  not covered: ${others}\n`,
    )
    expect(run.stderr).toMatch(/^ {2}statuses +0\/\d+ {2}not covered: 200, /m)
    const markdown = await readFile(step, 'utf8')
    expect(markdown).toMatch(/^### :x: validation proxy of .*\n\nFAILED: checked 1 exchange/)
    expect(markdown).toContain(
      `| ${operationId} | its responses conform to the contract | response body: `,
    )
  })

  it('can be files without a command, too', async () => {
    const junit = join(directory, 'interactive.xml')
    const run = start(['--port', '0', '--reporter', `junit=${junit}`])
    const [, url = ''] = await run.printed(/: (http:\S+) -> /)
    await fetch(url + target, init)
    run.kill('SIGTERM')
    expect(await run.exit).toBe(0)
    expect(await readFile(junit, 'utf8')).toContain('failures="0"')
  })
})

describe('the upstream is called with the settings of Node.js', () => {
  it('through a forward proxy, with NODE_USE_ENV_PROXY', async () => {
    const forwarded: string[] = []
    const forwardProxy = createServer((incoming, outgoing) => {
      forwarded.push(incoming.url ?? '')
      const { method, headers, url = '' } = incoming
      const path = new URL(url).pathname
      incoming.pipe(
        httpRequest(provider.url + path, { method, headers }, (response) => {
          outgoing.writeHead(response.statusCode ?? 0, response.headers)
          response.pipe(outgoing)
        }),
      )
    })
    await new Promise<void>((resolve) => forwardProxy.listen(0, '127.0.0.1', resolve))
    const { port } = forwardProxy.address() as AddressInfo // it listens on TCP
    const env = {
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: `http://127.0.0.1:${port}`,
      NO_PROXY: '127.0.0.1',
    }
    const run = runCommand(['proxy', '--upstream', 'http://provider.invalid', ...calling()], {
      env,
    })
    runs.push(run)
    expect(await run.exit).toBe(0)
    expect(forwarded).toEqual(['http://provider.invalid/', `http://provider.invalid${target}`])
    forwardProxy.closeAllConnections()
    forwardProxy.close()
  })

  it.skipIf(!existsSync('/usr/bin/openssl'))(
    'with the certificate authorities of NODE_EXTRA_CA_CERTS (needs /usr/bin/openssl)',
    async () => {
      const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(directory, name)) as [
        string,
        string,
      ] // one for each
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
      const files = ['-keyout', key, '-out', cert, '-days', '1', '-nodes']
      const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
      execFileSync('/usr/bin/openssl', ['req', '-x509', ...algorithm, ...files, ...subject], {
        stdio: 'ignore',
      })
      const options = { key: await readFile(key), cert: await readFile(cert) }
      const server = createTlsServer(options, (request, response) =>
        provider.respond(response, request),
      )
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo // it listens on TCP
      const args = ['proxy', '--upstream', `https://localhost:${port}`]
      const env = { NODE_EXTRA_CA_CERTS: cert }
      const trusting = runCommand([...args, ...calling()], { env })
      const other = runCommand([...args, '--wait', '1', ...calling()])
      runs.push(trusting, other)
      expect(await trusting.exit).toBe(0)
      expect(await other.exit).toBe(2)
      expect(other.stderr).toContain('(DEPTH_ZERO_SELF_SIGNED_CERT); set NODE_EXTRA_CA_CERTS to ')
      server.closeAllConnections()
      server.close()
    },
  )
})
