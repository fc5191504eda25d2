import { allOperations, contract } from '@connected-apps/contract/operations'
import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import os from 'node:os'
import { promisify, styleText } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { allScenarios, startMock } from '../src/index.ts'
import { authorization, call } from './call.ts'
import { anyOperation, errorOf, first, statusOf, successOf } from './operations.ts'
import { runCommand } from './run-command.ts'
import type { CommandRun } from './run-command.ts'

const runs: CommandRun[] = []
function start(args: string[], env: Record<string, string> = {}): CommandRun {
  const run = runCommand(args, { env })
  runs.push(run)
  return run
}
afterEach(() => {
  for (const run of runs.splice(0)) run.kill('SIGKILL')
})

// Control characters other than a line feed.
const unprintable = /(?!\n)\p{C}/u

/** Makes Node.js run this code before the command. */
function importing(code: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` }
}

const always = { validateStream: false } // whether the tests have a terminal or not

const contractName = `${contract.title} ${contract.version}`
const startedPattern = new RegExp(`^Mock of ${contractName}: (http:\\S+)`)

describe('connected-apps-mock', () => {
  it('prints its URLs and curl commands that work when pasted', async () => {
    const run = start(['--port', '0'])
    await run.printed(/Press Ctrl-C/)
    const commands = run.stdout.match(/^ +curl .*$/gm) ?? []
    expect(commands).toHaveLength(allOperations.length)
    for (const [index, { successStatus }] of allOperations.entries()) {
      const { stdout } = await promisify(execFile)('sh', ['-c', commands[index] ?? ''])
      expect(stdout).toMatch(new RegExp(`^HTTP/1\\.1 ${successStatus} `))
    }
    expect(run.stdout).toContain('/__mock/journal')
  })

  it('prints a line for each request, without its query and its secrets', async () => {
    const run = start(['--port', '0'])
    const [, url = ''] = await run.printed(startedPattern)
    const { operationId, scenarios, path } = anyOperation
    const { id, title } = first(
      allScenarios.filter((each) => each.operationId === operationId && each.responses.length > 1),
    )
    const limit = errorOf(anyOperation, 'limit')
    const status = statusOf(anyOperation, limit)
    await call(url, anyOperation)
    const headers = { 'x-mock-key': 'team-a' }
    await call(url, anyOperation, { headers, query: `?__example=${limit}&token=tell-nobody` })
    await call(url, anyOperation, { values: { [scenarios.parameter]: id } })
    await fetch(`${url}/__mock/scenarios/${operationId}/hostile`, {
      method: 'PUT',
      body: JSON.stringify({ title: '\u001B[2J\u202E\nGET /', responses: [{ status: 200 }] }),
    })
    await call(url, anyOperation, { values: { [scenarios.parameter]: 'hostile' } })
    await call(url, anyOperation, { query: '?__wait=soon&token=tell-nobody' })
    await call(url, anyOperation, { headers: { 'x-mock-key': 'a b' } })
    await run.printed(/an isolation key has.*\n/)
    const [one, two, three, four, five, six] =
      run.stdout.split('Press Ctrl-C to stop.\n')[1]?.split('\n') ?? []
    const prefix = `${anyOperation.method} ${path.slice(0, path.indexOf('{'))}`
    expect(one).toMatch(
      new RegExp(`^${prefix}\\S+ -> 200 ${successOf(anyOperation)} \\(\\d+ ms\\)$`),
    )
    expect(two).toMatch(new RegExp(`^\\S+ \\S+ -> ${status} ${limit} \\(\\d+ ms, key: team-a\\)$`))
    expect(three).toMatch(new RegExp(` \\(\\d+ ms, scenario: ${title}\\)$`))
    expect(four).toMatch(/ \(\d+ ms, scenario: \\u\{1b\}\[2J\\u\{202e\}\\u\{a\}GET \/\)$/)
    expect(five).toMatch(/ -> 400 \w+ \(\d+ ms, wait must be a number of seconds from 0 to 60\)$/)
    expect(six).toMatch(/ -> 400 \w+ \(\d+ ms, an isolation key has 1 to 128 letters.*\)$/)
    expect(run.stdout).not.toMatch(unprintable)
    for (const secret of ['tell-nobody', authorization]) expect(run.stdout).not.toContain(secret)
  })

  it('prints colored lines where colors are supported, and none with --quiet', async () => {
    const colored = start(['--port', '0'], { FORCE_COLOR: '1' })
    const [, url = ''] = await colored.printed(startedPattern)
    await call(url, anyOperation)
    await colored.printed(/ ms/)
    expect(colored.stdout).toContain(styleText('green', `200 ${successOf(anyOperation)}`, always))
    const quiet = start(['--port', '0', '--quiet'])
    const [, quietUrl = ''] = await quiet.printed(startedPattern)
    await call(quietUrl, anyOperation)
    quiet.kill('SIGTERM')
    expect(await quiet.exit).toBe(0)
    expect(quiet.stdout.trimEnd()).toMatch(/Press Ctrl-C to stop\.$/)
  })

  it('keeps running after the reader of its output has exited', async () => {
    const run = start(['--port', '0'])
    const [, url = ''] = await run.printed(startedPattern)
    run.closeOutput()
    await call(url, anyOperation)
    // The line of the first call is written before this response.
    const { status } = await call(url, anyOperation, { headers: { prefer: 'wait=0.2' } })
    expect(status).toBe(anyOperation.successStatus)
    run.kill('SIGTERM')
    expect(await run.exit).toBe(0)
    expect(run.stderr).toBe('')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'exits with 0 on %s, even with open connections',
    async (signal) => {
      const run = start(['--port', '0'])
      const [, url = ''] = await run.printed(startedPattern)
      await call(url, anyOperation) // leaves a connection that is kept alive
      const pending = call(url, anyOperation, { headers: { prefer: 'wait=60' } }).catch(
        () => 'closed',
      )
      const idle = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
      idle.on('error', () => idle.destroy())
      await new Promise((resolve) => idle.once('connect', resolve))
      run.kill(signal)
      expect(await run.exit).toBe(0)
      expect(await pending).toBe('closed')
      expect(run.stderr).toBe('')
      idle.destroy()
    },
  )

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'exits on %s before it listens, as the first process of a container must',
    async (signal) => {
      const listen = `import net from 'node:net'
        net.Server.prototype.listen = () => {
          setInterval(() => {}, 1_000) // in place of the server that would keep the process alive
          process.kill(process.pid, '${signal}')
        }`
      const run = start(['--port', '0'], importing(listen))
      expect(await run.exit).toBe(128 + os.constants.signals[signal]) // null if the signal ended it
      expect(run.stderr).toBe('')
    },
  )

  it('runs under NODE_ENV=production, where the command of Prism would fork and crash', async () => {
    const run = start(['--port', '0'], { NODE_ENV: 'production' })
    const [, url = ''] = await run.printed(startedPattern)
    expect((await call(url, anyOperation)).status).toBe(anyOperation.successStatus)
  })

  it('prints its version, that of the contract, its usage and its defaults', async () => {
    const version = start(['--version'])
    expect(await version.exit).toBe(0)
    expect(version.stdout).toBe(`${manifest.version} (contract ${contract.version})\n`)
    for (const args of [['--help'], ['-h'], ['proxy', '--help']]) {
      const help = start(args)
      expect(await help.exit).toBe(0)
      expect(help.stdout).toMatch(/--upstream/)
      expect(help.stdout).toMatch(/4011/)
    }
    const help = start(['--help'])
    await help.exit
    expect(help.stdout).toMatch(/127\.0\.0\.1.*4010/s)
  })

  it('reports on one line that Node.js is too old', async () => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.18.3' })`
    const run = start(['--help'], importing(pretend))
    expect(await run.exit).toBe(2)
    expect(run.stdout).toBe('')
    expect(run.stderr).toBe('connected-apps-mock: needs Node.js 20.19 or newer; this is 20.18.3\n')
  })

  it('reports on one line that the port is in use', async () => {
    const mock = await startMock()
    const { port } = new URL(mock.url)
    try {
      const run = start([], { MOCK_PORT: port })
      expect(await run.exit).toBe(2)
      expect(run.stderr).toMatch(
        new RegExp(
          `^connected-apps-mock: port ${port} .* is in use; set --port or MOCK_PORT to .*\n$`,
        ),
      )
    } finally {
      await mock.close()
    }
  })

  it.each([
    [['--nonesuch'], 'unknown option --nonesuch'],
    [['--port'], '--port has no value; pass --port=PORT'],
    [['--port', ''], '--port has no value; pass --port=PORT'],
    [['--port', '65536'], '--port (or MOCK_PORT) must be a whole number from 0 to 65535'],
    [['--port', '1e3'], '--port (or MOCK_PORT) must be a whole number from 0 to 65535'],
    [['--host', ''], '--host has no value; pass --host=ADDRESS'],
    [['--host', '--port', '0'], '--host has no value; pass --host=ADDRESS'],
    [['--port', '1', '--port', '2'], '--port is given twice'],
    [['--help=yes'], '--help takes no value'],
    [
      ['--host', 'nonesuch.invalid', '--port', '0'],
      'nonesuch.invalid is not an address of this machine; set --host',
    ],
    [['start'], 'unknown command or argument; the commands are serve, proxy'],
    [
      ['proxy', '--upstream', 'http://a', 'npm', 'test'],
      'unexpected argument; put -- before a command',
    ],
    [['--upstream', 'http://a'], 'unknown option --upstream'],
    [['--port', '0', 'proxy', '--upstream', 'http://a'], 'unknown option --upstream'],
    [['proxy'], '--upstream is missing; pass --upstream URL'],
    [['proxy', '--upstream', 'api.example'], '--upstream is not a URL'],
    [
      ['proxy', '--upstream', 'ftp://api.example'],
      '--upstream must start with http:// or https://',
    ],
    [['proxy', '--upstream', 'http://a:b@c'], '--upstream contains credentials'],
    [['--', 'npm', 'test'], 'a command after -- is for the proxy; leave it out'],
    [['proxy', '--upstream', 'http://a', '--'], 'the command is missing after --; add it'],
    [
      ['proxy', '--upstream', 'http://a', '--wait', '1'],
      '--wait is for a command; add -- and the command',
    ],
    [
      ['proxy', '--upstream', 'http://a', '--wait', '1s', '--', 'npm'],
      '--wait must be a whole number of seconds',
    ],
    [
      ['proxy', '--upstream', 'http://a', '--env', 'A=B', '--', 'npm'],
      '--env must be the name of an environment variable',
    ],
    [
      ['proxy', '--upstream', 'http://a', '--reporter', 'tap'],
      '--reporter must be one of text, junit, github, summary',
    ],
    [
      ['proxy', '--upstream', 'http://a', '--reporter', 'junit'],
      '--reporter junit needs a file here',
    ],
    [
      ['proxy', '--upstream', 'http://a', '--reporter', 'text=/no/such/directory/a'],
      '--reporter cannot write the file of text (ENOENT)',
    ],
  ])('rejects %j on one line, with exit code 2', async (args, message) => {
    const run = start(args)
    expect(await run.exit).toBe(2)
    expect(run.stderr).toContain(`connected-apps-mock: ${message}`)
    expect(run.stderr.trimEnd()).not.toContain('\n')
    expect(run.stdout).toBe('')
  })
})

describe('connected-apps-mock proxy', () => {
  const proxyStartedPattern = new RegExp(`^Validation proxy of ${contractName}: (http:\\S+) -> `)

  it('prints each violation immediately and a summary at the end, and exits with 1', async () => {
    const mock = await startMock()
    const run = start(['proxy', '--upstream', mock.url, '--port', '0'])
    const [, url = ''] = await run.printed(proxyStartedPattern)
    await call(url, anyOperation)
    await call(url, anyOperation, { headers: { authorization: '' } })
    const line = /[A-Z]+ \/v1\/\S+ -> request header Authorization: must be HTTP Basic/
    await vi.waitFor(() => expect(run.stderr).toMatch(line), { timeout: 10_000 })
    run.kill('SIGINT')
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain(
      `checked 2 exchange(s) against ${contractName}, found 1 violation(s)`,
    )
    await mock.close()
  })

  it('exits with 0 when something was checked and nothing violated the contract', async () => {
    const mock = await startMock()
    const run = start(['proxy', '--upstream', mock.url, '--port', '0'])
    const [, url = ''] = await run.printed(proxyStartedPattern)
    await call(url, anyOperation)
    run.kill('SIGTERM')
    expect(await run.exit).toBe(0)
    const lines = run.stderr.trimEnd().split('\n')
    expect(lines.at(-1)).toBe(
      `PASSED: checked 1 exchange(s) against ${contractName}, found 0 violation(s)`,
    )
    expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([])
    await mock.close()
  })

  it('exits with 1 when the upstream failed, and reports it immediately and at the end', async () => {
    const run = start(['proxy', '--upstream', 'http://127.0.0.1:1', '--port', '0'])
    const [, url = ''] = await run.printed(proxyStartedPattern)
    await call(url, anyOperation)
    const line =
      /[A-Z]+ \/v1\/\S+ -> http:\/\/127\.0\.0\.1:1 did not respond: nothing listens there \(ECONNREFUSED\)/
    await vi.waitFor(() => expect(run.stderr).toMatch(line), { timeout: 10_000 })
    run.kill('SIGTERM')
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain('1 request(s) got no response from the upstream')
  })

  it('names the version of the contract in its health check', async () => {
    const run = start(['proxy', '--upstream', 'http://127.0.0.1:1', '--port', '0'])
    const [, url = ''] = await run.printed(proxyStartedPattern)
    const health: unknown = await (await fetch(`${url}/__mock/health`)).json()
    expect(health).toEqual({ status: 'ok', contract: contract.version })
  })

  it('exits with 1 when nothing was checked, and reports it', async () => {
    const run = start(['proxy', '--upstream', 'http://127.0.0.1:1', '--port', '0'])
    await run.printed(proxyStartedPattern)
    run.kill('SIGTERM')
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain('nothing was checked')
  })
})
