import { connect } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startMock } from '../src/index.ts'
import { readArguments } from '../src/cli/arguments.ts'
import { requireNode } from '../src/cli/node-version.ts'
import { callRevoke } from './call.ts'
import { runCommand } from './command.ts'
import type { CommandRun } from './command.ts'

const runs: CommandRun[] = []
function start(args: string[], env?: Record<string, string>): CommandRun {
  const run = runCommand(args, env)
  runs.push(run)
  return run
}
afterEach(() => {
  for (const run of runs.splice(0)) run.kill('SIGKILL')
})

const listening = /Mock of Revoke Connected App: (http:\S+)/

describe('connected-apps-mock', () => {
  it('says what runs where, with a curl line that works as pasted', async () => {
    const run = start(['--port', '0'])
    const [, userAndUrl = ''] = await run.printed(/curl -i -X POST -u (\S+ \S+)\n/)
    const [user = '', url = ''] = userAndUrl.split(' ')
    const headers = { authorization: `Basic ${btoa(user)}` }
    expect((await fetch(url, { method: 'POST', headers })).status).toBe(200)
    expect(run.stdout).toContain('/__mock/journal')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 0 on %s, whoever is still connected',
    async (signal) => {
      const run = start(['--port', '0'])
      const [, url = ''] = await run.printed(listening)
      await callRevoke(url) // its connection is kept alive
      const waiting = callRevoke(url, { headers: { prefer: 'wait=60' } }).catch(() => 'cut')
      const idle = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
      idle.on('error', () => idle.destroy())
      await new Promise((resolve) => idle.once('connect', resolve))
      run.kill(signal)
      expect(await run.exit).toBe(0)
      expect(await waiting).toBe('cut')
      expect(run.stderr).toBe('')
      idle.destroy()
    },
  )

  it('runs under NODE_ENV=production, where Prism would fork and crash', async () => {
    const run = start(['--port', '0'], { NODE_ENV: 'production' })
    const [, url = ''] = await run.printed(listening)
    expect((await callRevoke(url)).status).toBe(200)
  })

  it('tells its version and its usage', async () => {
    const version = start(['--version'])
    expect(await version.exit).toBe(0)
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    const help = start(['--help'])
    expect(await help.exit).toBe(0)
    expect(help.stdout).toMatch(/--upstream/)
  })

  it('says in one line that the port is in use', async () => {
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
    [['--nonesuch'], 'unknown flag --nonesuch; see connected-apps-mock --help'],
    [['--port'], '--port has no value; pass --port=PORT'],
    [['--port', ''], '--port has no value; pass --port=PORT'],
    [['--port', '65536'], '--port is a number from 0 to 65535, not "65536"'],
    [['--port', '1e3'], '--port is a number from 0 to 65535, not "1e3"'],
    [['--host', ''], '--host has no value; pass --host=ADDRESS'],
    [['--host', '--port', '0'], '--host has no value; pass --host=ADDRESS'],
    [['--port', '1', '--port', '2'], '--port is given twice'],
    [['--help=yes'], '--help takes no value'],
    [
      ['--host', 'nonesuch.invalid', '--port', '0'],
      'nonesuch.invalid is not an address of this machine',
    ],
    [['serve'], 'unknown command "serve"'],
    [['proxy', 'more', '--upstream', 'http://a'], 'unexpected argument "more"'],
    [['--upstream', 'http://a'], '--upstream belongs to proxy'],
    [['proxy'], 'proxy needs --upstream URL'],
    [['proxy', '--upstream', 'api.example'], '--upstream is an http or https URL'],
    [['proxy', '--upstream', 'ftp://api.example'], '--upstream is an http or https URL'],
    [['proxy', '--upstream', 'http://a:b@c'], '--upstream is a base URL without credentials'],
  ])('refuses %j in one line, with exit code 2', async (args, message) => {
    const run = start(args)
    expect(await run.exit).toBe(2)
    expect(run.stderr).toContain(`connected-apps-mock: ${message}`)
    expect(run.stderr.trimEnd()).not.toContain('\n')
    expect(run.stdout).toBe('')
  })
})

it('listens on 127.0.0.1:4010 and proxies on 4011 unless told otherwise', () => {
  expect(readArguments([])).toEqual({ name: 'mock', host: '127.0.0.1', port: 4010 })
  expect(readArguments(['proxy', '--upstream', 'https://a/b'])).toEqual({
    name: 'proxy',
    host: '127.0.0.1',
    port: 4011,
    upstream: new URL('https://a/b'),
    passOtherRoutes: false,
  })
})

it.each(['24.9.0', '22.23.3', '20.20.2'])('refuses Node.js %s', (version) => {
  expect(() => requireNode(version, '>=24.18')).toThrow(
    `needs Node.js 24.18 or newer; this is ${version}`,
  )
})

it.each(['24.18.0', '24.21.0', '26.0.0', '100.0.0'])('takes Node.js %s', (version) => {
  requireNode(version, '>=24.18')
})

describe('connected-apps-mock proxy', () => {
  const watching = /Validation proxy: (http:\S+) -> /

  it('prints each violation at once, sums up at the end, and exits with 1', async () => {
    const mock = await startMock()
    const run = start(['proxy', '--upstream', mock.url, '--port', '0'])
    const [, url = ''] = await run.printed(watching)
    await callRevoke(url)
    await callRevoke(url, { headers: { authorization: '' } })
    const line = /POST \/v1\/\S+ -> request header Authorization: must be HTTP Basic/
    await vi.waitFor(() => expect(run.stderr).toMatch(line), { timeout: 10_000 })
    run.kill('SIGINT')
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain('checked 2 exchange(s), found 1 violation(s)')
    await mock.close()
  })

  it('exits with 0 when something was checked and nothing broke the contract', async () => {
    const mock = await startMock()
    const run = start(['proxy', '--upstream', mock.url, '--port', '0'])
    const [, url = ''] = await run.printed(watching)
    await callRevoke(url)
    run.kill('SIGTERM')
    expect(await run.exit).toBe(0)
    expect(run.stderr).toBe('checked 1 exchange(s), found 0 violation(s)\n')
    await mock.close()
  })

  it('exits with 1 when the upstream failed, and says so at once and at the end', async () => {
    const run = start(['proxy', '--upstream', 'http://127.0.0.1:1', '--port', '0'])
    const [, url = ''] = await run.printed(watching)
    await callRevoke(url)
    const line = /POST \/v1\/\S+ -> http:\/\/127\.0\.0\.1:1 gave no answer: connect ECONNREFUSED/
    await vi.waitFor(() => expect(run.stderr).toMatch(line), { timeout: 10_000 })
    run.kill('SIGTERM')
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain('the upstream failed 1 time(s)')
  })

  it('exits with 1 when nothing was checked, and says so', async () => {
    const run = start(['proxy', '--upstream', 'http://127.0.0.1:1', '--port', '0'])
    await run.printed(watching)
    run.kill('SIGTERM')
    expect(await run.exit).toBe(1)
    expect(run.stderr).toContain('nothing was checked')
  })
})
