import { connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startMock } from '../src/index.ts'
import { parseCommand } from '../src/cli/arguments.ts'
import { requireNode } from '../src/cli/node-version.ts'
import { callRevoke } from './call-revoke.ts'
import { runCommand } from './run-command.ts'
import type { CommandRun } from './run-command.ts'

const runs: CommandRun[] = []
function start(args: string[], env?: Record<string, string>): CommandRun {
  const run = runCommand(args, env)
  runs.push(run)
  return run
}
afterEach(() => {
  for (const run of runs.splice(0)) run.kill('SIGKILL')
})

const startedPattern = /Mock of Revoke Connected App: (http:\S+)/

describe('connected-apps-mock', () => {
  it('prints its URLs and a curl command that works when pasted', async () => {
    const run = start(['--port', '0'])
    const [, userAndUrl = ''] = await run.printed(/curl -i -X POST -u (\S+ \S+)\n/)
    const [user = '', url = ''] = userAndUrl.split(' ')
    const headers = { authorization: `Basic ${btoa(user)}` }
    expect((await fetch(url, { method: 'POST', headers })).status).toBe(200)
    expect(run.stdout).toContain('/__mock/journal')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'exits with 0 on %s, even with open connections',
    async (signal) => {
      const run = start(['--port', '0'])
      const [, url = ''] = await run.printed(startedPattern)
      await callRevoke(url) // leaves a connection that is kept alive
      const pending = callRevoke(url, { headers: { prefer: 'wait=60' } }).catch(() => 'closed')
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

  it('runs under NODE_ENV=production, where the command of Prism would fork and crash', async () => {
    const run = start(['--port', '0'], { NODE_ENV: 'production' })
    const [, url = ''] = await run.printed(startedPattern)
    expect((await callRevoke(url)).status).toBe(200)
  })

  it('prints its version and its usage', async () => {
    const version = start(['--version'])
    expect(await version.exit).toBe(0)
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    const help = start(['--help'])
    expect(await help.exit).toBe(0)
    expect(help.stdout).toMatch(/--upstream/)
  })

  it('reports on one line that the port is in use', async () => {
    const mock = await startMock()
    const { port } = new URL(mock.url)
    try {
      const run = start(['--port', port])
      expect(await run.exit).toBe(2)
      expect(run.stderr).toMatch(
        new RegExp(`^connected-apps-mock: port ${port} .* is in use; .*\n$`),
      )
    } finally {
      await mock.close()
    }
  })

  it.each([
    [['--nonesuch'], 'unknown option --nonesuch; see connected-apps-mock --help'],
    [['--port'], '--port needs a value; pass --port=PORT'],
    [['--port', ''], '--port needs a value; pass --port=PORT'],
    [['--port', '65536'], '--port must be a number from 0 to 65535, not "65536"'],
    [['--port', '1e3'], '--port must be a number from 0 to 65535, not "1e3"'],
    [['--host', ''], '--host needs a value; pass --host=ADDRESS'],
    [['--host', '--port', '0'], '--host needs a value; pass --host=ADDRESS'],
    [['--port', '1', '--port', '2'], '--port may be passed only once'],
    [['--help=yes'], '--help takes no value'],
    [
      ['--host', 'nonesuch.invalid', '--port', '0'],
      'nonesuch.invalid is not an address of this machine',
    ],
    [['serve'], 'unknown command "serve"'],
    [['proxy', 'more', '--upstream', 'http://a'], 'unexpected argument "more"'],
    [['--upstream', 'http://a'], '--upstream is an option of proxy only'],
    [['proxy'], 'proxy needs --upstream URL'],
    [['proxy', '--upstream', 'api.example'], '--upstream must be an http or https URL'],
    [['proxy', '--upstream', 'ftp://api.example'], '--upstream must be an http or https URL'],
    [['proxy', '--upstream', 'http://a:b@c'], '--upstream must be a base URL without credentials'],
  ])('rejects %j on one line, with exit code 2', async (args, message) => {
    const run = start(args)
    expect(await run.exit).toBe(2)
    expect(run.stderr).toContain(`connected-apps-mock: ${message}`)
    expect(run.stderr.trimEnd()).not.toContain('\n')
    expect(run.stdout).toBe('')
  })
})

it('listens on 127.0.0.1:4010 by default, and on 4011 as a proxy', () => {
  expect(parseCommand([])).toEqual({ name: 'mock', host: '127.0.0.1', port: 4010 })
  expect(parseCommand(['proxy', '--upstream', 'https://a/b'])).toEqual({
    name: 'proxy',
    host: '127.0.0.1',
    port: 4011,
    upstream: new URL('https://a/b'),
    passOtherRoutes: false,
  })
})

it.each(['24.9.0', '22.23.3', '20.20.2'])('rejects Node.js %s', (version) => {
  expect(() => requireNode(version, '>=24.18')).toThrow(
    `needs Node.js 24.18 or newer; this is ${version}`,
  )
})

it.each(['24.18.0', '24.21.0', '26.0.0', '100.0.0'])('accepts Node.js %s', (version) => {
  requireNode(version, '>=24.18')
})

describe('connected-apps-mock proxy', () => {
  const proxyStartedPattern = /Validation proxy: (http:\S+) -> /

  it('prints each violation immediately and a summary at the end, and exits with 1', async () => {
    const mock = await startMock()
    const run = start(['proxy', '--upstream', mock.url, '--port', '0'])
    const [, url = ''] = await run.printed(proxyStartedPattern)
    await callRevoke(url)
    await callRevoke(url, { headers: { authorization: '' } })
    const line = /POST \/v1\/\S+ -> request header Authorization: must be HTTP Basic/
    await vi.waitFor(() => expect(run.stderr).toMatch(line), { timeout: 10_000 })
    run.kill('SIGINT')
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain('checked 2 exchange(s), found 1 violation(s)')
    await mock.close()
  })

  it('exits with 0 when something was checked and nothing violated the contract', async () => {
    const mock = await startMock()
    const run = start(['proxy', '--upstream', mock.url, '--port', '0'])
    const [, url = ''] = await run.printed(proxyStartedPattern)
    await callRevoke(url)
    run.kill('SIGTERM')
    expect(await run.exit).toBe(0)
    expect(run.stderr).toBe('checked 1 exchange(s), found 0 violation(s)\n')
    await mock.close()
  })

  it('exits with 1 when the upstream failed, and reports it immediately and at the end', async () => {
    const run = start(['proxy', '--upstream', 'http://127.0.0.1:1', '--port', '0'])
    const [, url = ''] = await run.printed(proxyStartedPattern)
    await callRevoke(url)
    const line = /POST \/v1\/\S+ -> http:\/\/127\.0\.0\.1:1 did not respond: connect ECONNREFUSED/
    await vi.waitFor(() => expect(run.stderr).toMatch(line), { timeout: 10_000 })
    run.kill('SIGTERM')
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain('the upstream failed 1 time(s)')
  })

  it('exits with 1 when nothing was checked, and says so', async () => {
    const run = start(['proxy', '--upstream', 'http://127.0.0.1:1', '--port', '0'])
    await run.printed(proxyStartedPattern)
    run.kill('SIGTERM')
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain('nothing was checked')
  })
})
