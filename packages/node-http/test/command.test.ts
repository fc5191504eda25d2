import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { requireNode, satisfiesEngine } from '../src/command/index.ts'
import { start } from './support/server.ts'

const commands = fileURLToPath(new URL('support/commands.ts', import.meta.url))

interface Ended {
  code: number
  out: string
  err: string
}

function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const { NODE_COMPILE_CACHE } = process.env
    const environment = { NODE_COMPILE_CACHE, ...env }
    execFile(process.execPath, [commands, ...args], { env: environment }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })
}

const complete = ['plain', '--url', 'http://a', '--secret', 's3cret']

describe('a command', () => {
  it('passes the options to its action, with their defaults', async () => {
    const { code, out, err } = await run([...complete, '--port=80', '--verbose'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toEqual({
      url: 'http://a',
      secret: 's3cret',
      port: 80,
      reporter: 'text',
      verbose: true,
    })
  })

  it('takes an option from its variable, and the command line takes precedence', async () => {
    const args = ['plain', '-u', 'http://a']
    const variables = { PLAIN_SECRET: 'from-variable', PLAIN_PORT: '1' }
    expect(JSON.parse((await run([...args, '--port', '2'], variables)).out)).toMatchObject({
      secret: 'from-variable',
      port: 2,
    })
  })

  it('treats an empty variable as not set', async () => {
    const { err } = await run(['plain', '--url', 'http://a'], { PLAIN_SECRET: '' })
    expect(err).toBe(
      'plain: --secret is missing; pass --secret SECRET or set PLAIN_SECRET; see plain --help\n',
    )
    expect((await run(complete, { PLAIN_PORT: '' })).code).toBe(0)
  })

  it('takes a value that starts with a dash after an equals sign', async () => {
    const { out } = await run(['plain', '--url=-a', '--secret=--b=c'])
    expect(JSON.parse(out)).toMatchObject({ url: '-a', secret: '--b=c' })
  })

  it('accepts a single dash as a value, since it means standard input', async () => {
    const { out } = await run(['plain', '--url', '-', '--secret', 's3cret'])
    expect(JSON.parse(out)).toMatchObject({ url: '-', secret: 's3cret' })
  })

  it('accepts a variadic option several times', async () => {
    const { out } = await run([...complete, '--tag', 'a', '--tag=b'])
    expect(JSON.parse(out)).toMatchObject({ tag: ['a', 'b'] })
  })

  it('treats everything after -- as arguments', async () => {
    const args = ['nested', 'watch', '--upstream', 'u', '--', 'npm', '--upstream', '--port']
    expect(JSON.parse((await run(args)).out)).toEqual({
      upstream: 'u',
      command: ['npm', '--upstream', '--port'],
    })
  })

  it.each([
    [['plain', '--help'], /^Usage: plain \[options\]\n\nPrints its options\.\n[^]*--secret/],
    [['plain', '-h', '--secret', 'x'], /^Usage: plain/],
    [['nested', '--help'], /^Usage: nested [^]*\n {2}serve [^]*\n {2}watch /],
    [['nested', 'watch', '--help'], /^Usage: nested watch [^]*--upstream/],
    [['nested', 'help', 'watch'], /^Usage: nested watch /],
    [['plain', '--version'], /^1\.2\.3\n$/],
    [['nested', 'watch', '--version'], /^1\.2\.3\n$/],
  ])('prints the help or version for %j, with exit code 0', async (args, output) => {
    const { code, out, err } = await run(args)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(output)
  })
})

describe('exit code 2, with one line on standard error', () => {
  it.each<[args: string[], message: string]>([
    [['plain'], '--url is missing; pass --url URL'],
    [['plain', '--url'], '--url has no value; pass --url=URL'],
    [['plain', '--url', ''], '--url has no value; pass --url=URL'],
    [['plain', '--url='], '--url has no value; pass --url=URL'],
    [['plain', '-u', '--secret', 's3cret'], '-u has no value; pass -u=URL'],
    [['plain', '-u', '-s3cret'], 'a value of -u that starts with a dash needs =; pass -u=URL'],
    [[...complete, '--secret=s3cret'], '--secret is given twice; pass it once'],
    [[...complete, '--verbose', '--verbose'], '--verbose is given twice; pass it once'],
    [[...complete, '--verbose=s3cret'], '--verbose takes no value; leave it out'],
    [[...complete, '--help=s3cret'], '--help takes no value; leave it out'],
    [[...complete, '--bogus'], 'unknown option --bogus'],
    [[...complete, '--bogus=s3cret'], 'unknown option --bogus'],
    [[...complete, '--secrt', 's3cret'], 'unknown option --secrt (did you mean --secret?)'],
    [[...complete, '-xs3cret'], 'unknown option -x'],
    [[...complete, '-\u001b\ns3cret'], 'unknown option'],
    [[...complete, 's3cret'], 'unexpected argument; each value follows its option'],
    [
      [...complete, '--port', 's3cret'],
      '--port (or PLAIN_PORT) must be a whole number from 0 to 65535',
    ],
    [
      [...complete, '--port', '65536'],
      '--port (or PLAIN_PORT) must be a whole number from 0 to 65535',
    ],
    [[...complete, '--reporter', 's3cret'], '--reporter must be one of text, junit'],
    [[...complete, '--tag'], '--tag has no value; pass --tag=TAG'],
    [['nested'], 'a command is missing; the commands are serve, watch'],
    [['nested', 's3cret'], 'unknown command or argument; the commands are serve, watch'],
    [['nested', 'toString'], 'unknown command or argument; the commands are serve, watch'],
    [['nested', 'help', 's3cret'], 'a command is missing; the commands are serve, watch'],
    [['nested', 'serve', 's3cret'], 'unknown command or argument; the commands are serve, watch'],
    [['nested', 'watch'], '--upstream is missing; pass --upstream URL'],
    [['nested', 'watch', '--upstream', 'u', '--port', '1'], 'unknown option --port'],
    [['with-default', 's3cret'], 'unknown command or argument; the commands are serve, watch'],
    [['with-default', '--upstream', 's3cret'], 'unknown option --upstream'],
  ])('%j', async (args, message) => {
    const name = args[0] === 'plain' ? 'plain' : 'nested'
    expect(await run(args)).toEqual({
      code: 2,
      out: '',
      err: `${name}: ${message}; see ${name} --help\n`,
    })
  })

  it('for an expected failure of the action, without a reference to the help', async () => {
    expect(await run([...complete, '--fail', 'expected'])).toEqual({
      code: 2,
      out: '',
      err: 'plain: nothing responds at the URL\n',
    })
  })

  it('for a port that is in use', async () => {
    await using taken = await start(createServer())
    const { port } = new URL(taken.url)
    expect(await run(['nested', 'serve', '--port', port])).toEqual({
      code: 2,
      out: '',
      err: `nested: port ${port} on 127.0.0.1 is in use; set --port to another one, or to 0 for any that is free\n`,
    })
  })

  it('for a Node.js that is too old, whatever the command line', async () => {
    expect(await run(['old-node', '--bogus'])).toEqual({
      code: 2,
      out: '',
      err: `plain: needs Node.js 99.1 or newer; this is ${process.versions.node}\n`,
    })
  })

  it('and a line for each thing that the command explains', async () => {
    expect(await run([...complete, '--fail', 'explained'])).toMatchObject({
      code: 2,
      err: 'plain: first\nplain: second\n',
    })
  })
})

it('throws a bug, with its stack', async () => {
  const { code, err } = await run([...complete, '--fail', 'bug'])
  expect(code).toBe(1)
  expect(err).toMatch(/Error: a bug\n +at /)
})

it.each(['SIGINT', 'SIGTERM'] as const)(
  'stops cleanly on %s, even if it is sent twice',
  async (signal) => {
    const child = spawn(process.execPath, [commands, 'with-default'])
    await once(child.stdout, 'data')
    child.kill(signal)
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([7, null])
  },
)

it.each([
  ['24.18.0', true],
  ['24.9.0', false],
])('compares Node.js %s with an engine', (version, isSatisfied) => {
  expect(satisfiesEngine('>=24.18.0', version)).toBe(isSatisfied)
})

it.each(['24.9.0', '22.23.3', '20.20.2'])('rejects Node.js %s', (version) => {
  expect(() => requireNode('>=24.18', version)).toThrow(
    `needs Node.js 24.18 or newer; this is ${version}`,
  )
})

it.each(['24.18.0', '24.21.0', '26.0.0', '100.0.0'])('accepts Node.js %s', (version) => {
  requireNode('>=24.18', version)
})
