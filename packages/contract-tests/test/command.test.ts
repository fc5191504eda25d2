import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { XMLValidator } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flags } from '../src/cli/flags.ts'
import { startProvider, validResponse } from './support/provider.ts'
import type { Provider } from './support/provider.ts'
import { credentials, expectedExample, startMock } from './support/reference-provider.ts'

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

let mock: Provider
let invalid: Provider
let directory: string
let base: string[]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'contract-tests-'))
  mock = await startMock()
  invalid = await startProvider((request) => ({
    ...validResponse(expectedExample(request, { supportsPrefer: true })),
    headers: {},
  }))
  base = ['--project-id', credentials.projectId, '--secret', credentials.secret]
})

afterAll(async () => {
  await mock[Symbol.asyncDispose]()
  await invalid[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

describe('exit code 0', () => {
  test('means that the provider conforms to the contract', async () => {
    const { code, out, error } = await contractTests(['--url', mock.url, ...base])
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toMatch(/\nPASSED: \d+ passed, 0 failed, 0 skipped\n$/)
  })

  test('is returned for --help, which lists each flag, and for --version', async () => {
    const help = await contractTests(['--help'])
    expect(help.code).toBe(0)
    for (const flag of Object.keys(flags)) expect(help.out).toContain(`  --${flag}`)
    const version = await contractTests(['--version'])
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/) })
  })
})

describe('exit code 1', () => {
  test('means that the provider violates the contract', async () => {
    const { code, out } = await contractTests(['--url', invalid.url, ...base])
    expect(code).toBe(1)
    expect(out).toContain('\nFAILED: ')
  })

  test('is returned if the provider sends 101 Switching Protocols and nothing else', async () => {
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    await using switching = await startProvider(() => ({ status: 101, headers, body: '' }))
    const { code, out } = await contractTests(['--url', switching.url, ...base])
    expect(code).toBe(1)
    expect(out).toContain('101 status: ')
  })

  test('is returned if a required status was skipped', async () => {
    const remote = ['--url', mock.url, ...base, '--profile', 'remote']
    const { code, out } = await contractTests([...remote, '--require', '429'])
    expect(code).toBe(1)
    expect(out).toContain('Skipped, but required: 429 (')
  })
})

describe('exit code 2, with one line on standard error that says what to do', () => {
  const url = 'http://127.0.0.1:9'
  const complete = ['--url', url, '--project-id', 'project-test-1', '--secret', 's3cret']

  test.each<[args: string[], message: RegExp]>([
    [[], /--url is missing; pass --url URL$/],
    [['--url', url], /--project-id is missing; .* or set CONNECTED_APPS_PROJECT_ID$/],
    [['--url', url, '--project-id', '1'], /--secret is missing; .* or set CONNECTED_APPS_SECRET$/],
    [['--url', '--project-id', '1'], /--url has no value; pass --url=URL$/],
    [[...complete, '--member-id'], /--member-id has no value; pass --member-id=ID$/],
    [[...complete, '--member-id='], /--member-id has no value/],
    [
      [...complete, '--member-id', '..'],
      /member_id is malformed; pass the id that the API returned$/,
    ],
    [[...complete, '--bogus'], /unknown flag --bogus; see contract-tests --help$/],
    [[...complete, '-x'], /unknown flag -x/],
    [[...complete, 's3cret'], /an argument without a flag/],
    [[...complete, '--secret', 's3cret'], /--secret is given twice/],
    [[...complete, '--help=yes'], /--help takes no value/],
    [[...complete, '--reporter', 'tap'], /--reporter .*pass one of text, junit, github$/],
    [[...complete, '--profile', 'prism'], /--profile .*pass one of auto, mock, remote$/],
    [[...complete, '--require', '200,418'], /--require .*pass some of 200,.*,500, or all$/],
    [[...complete, '--timeout-ms', '1s'], /--timeout-ms must be a positive whole number/],
    [[...complete, '--output', '/no/such/directory/report.xml'], /--output .*\(ENOENT\)/],
    [[...complete, '--session-token', 'a b'], /sessionToken is malformed; pass it exactly/],
    [
      complete,
      /cannot reach http:\/\/127\.0\.0\.1:9: no complete response \(\w+\); start the target or correct/,
    ],
    [['--url', 'nowhere', ...complete.slice(2)], /the URL is invalid; pass one like http:/],
    [['--url', 'ftp://a', ...complete.slice(2)], /pass one with http: or https:$/],
    [['--url', 'http://a:s3cret@b', ...complete.slice(2)], /the URL contains credentials/],
    [['--url', 'http://a?b', ...complete.slice(2)], /the URL has a query or a fragment/],
    [[...complete.slice(0, 3), 'a:b', '--secret', 's3cret'], /projectId contains a colon/],
  ])('%j', async (args, message) => {
    const { code, out, error } = await contractTests(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toMatch(/^contract-tests: [^\n]+\n$/)
    expect(error.trimEnd()).toMatch(message)
    expect(error).not.toContain('s3cret')
  })
})

test('reads the credentials from variables, which other users of the machine cannot see', async () => {
  const { code } = await contractTests(['--url', mock.url], {
    CONNECTED_APPS_PROJECT_ID: credentials.projectId,
    CONNECTED_APPS_SECRET: credentials.secret,
  })
  expect(code).toBe(0)
})

test('writes only JUnit to standard output', async () => {
  const { out } = await contractTests(['--url', mock.url, ...base, '--reporter', 'junit'])
  expect(XMLValidator.validate(out)).toBe(true)
})

test('writes JUnit to a file, and the text report to standard output', async () => {
  const output = join(directory, 'report.xml')
  const args = ['--url', invalid.url, ...base, '--reporter', 'junit', '--output', output]
  const { code, out } = await contractTests(args)
  expect(code).toBe(1)
  expect(out).toContain('\nFAILED: ')
  expect(XMLValidator.validate(await readFile(output, 'utf8'))).toBe(true)
})

test('writes GitHub annotations', async () => {
  const { out } = await contractTests(['--url', invalid.url, ...base, '--reporter', 'github'])
  expect(out).toMatch(/^::error title=200 revoked%3A a revoke::200 media type: /m)
})

test('sends the given ids and sessions', async () => {
  const before = mock.requests.length
  const ids = ['--organization-id', 'acme', '--member-id', 'm-1', '--connected-app-id', 'app-1']
  const args = ['--url', mock.url, ...base, ...ids, '--session-token', 'my-session']
  expect((await contractTests(args)).code).toBe(0)
  const sent = mock.requests.slice(before)
  expect(sent.map(({ path }) => path)).toContain(
    '/v1/b2b/organizations/acme/members/m-1/connected_apps/app-1/revoke',
  )
  expect(sent.map(({ headers }) => headers['x-stytch-member-session'])).toContain('my-session')
})

/** Runs the built command in a process of its own, without this process's environment. */
async function contractTests(
  args: string[],
  environment: Record<string, string> = {},
): Promise<{ code: number | null; out: string; error: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [code, out, error] = await Promise.all([
    new Promise<number | null>((resolve) => child.on('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, out, error }
}
