import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { expandPath } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import { allOperations, contract } from '@connected-apps/contract/operations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contractTests } from './support/command.ts'
import { exampleOf, operationWithBody, safeOperation, statusOf } from './support/operations.ts'
import { startProvider } from './support/provider.ts'
import type { Provider } from './support/provider.ts'
import {
  credentials,
  expectedResponse,
  startMock,
  startRemote,
} from './support/reference-provider.ts'

let mock: Provider
let invalid: Provider
let directory: string
let base: string[]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'contract-tests-'))
  mock = await startMock()
  invalid = await startProvider((request) => ({
    ...expectedResponse(request, { supportsPrefer: true }),
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

  test('is returned for --help, which lists what the README describes, and for --version', async () => {
    const help = await contractTests(['--help'])
    expect(help.code).toBe(0)
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const [, table = ''] = /^## Command$(.*?)^## /ms.exec(readme) ?? []
    expect(optionsIn(table)).toEqual(optionsIn(help.out))
    const { code, out } = await contractTests(['--version'])
    expect(code).toBe(0)
    expect(out).toMatch(/^\d+\.\d+\.\d+\S* \(/)
    expect(out).toContain(` (${contract.title} ${contract.version})\n`)
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
    const status = statusOf(safeOperation, 'limit')
    const { code, out } = await contractTests([...remote, '--require', `${status}`])
    expect(code).toBe(1)
    expect(out).toContain(`Skipped, but required: ${status} (`)
  })
})

describe('exit code 2, with one line on standard error that says what to do', () => {
  const url = 'http://127.0.0.1:9'
  const complete = ['--url', url, '--project-id', 'project-test-1', '--secret', 's3cret']

  test.each<[args: string[], message: RegExp]>([
    [[], /--url is missing; pass --url URL or set CONNECTED_APPS_URL; /],
    [['--url', url], /--project-id is missing; .* or set CONNECTED_APPS_PROJECT_ID; /],
    [['--url', url, '--project-id', '1'], /--secret is missing; .* or set CONNECTED_APPS_SECRET; /],
    [['--url', '--project-id', '1'], /--url has no value; pass --url=URL; /],
    [[...complete, '--member-id'], /--member-id has no value; pass --member-id=ID; /],
    [[...complete, '--member-id='], /--member-id has no value/],
    [
      [...complete, '--member-id', '..'],
      /member_id is malformed; pass the id that the API returned$/,
    ],
    [[...complete, '--bogus'], /unknown option --bogus; see contract-tests --help$/],
    [[...complete, '-x'], /unknown option -x; /],
    [[...complete, 's3cret'], /unexpected argument; each value follows its option; /],
    [[...complete, '--secret', 's3cret'], /--secret is given twice/],
    [[...complete, '--help=yes'], /--help takes no value/],
    [
      [...complete, '--reporter', 'tap'],
      /--reporter must be one of text, junit, github, summary, alone or with =FILE; separate several by spaces; /,
    ],
    [
      [...complete, '--profile', 'prism'],
      /--profile \(or CONNECTED_APPS_PROFILE\) must be one of auto, mock, remote; /,
    ],
    [
      [...complete, '--require', '200,418'],
      /no operation of the run has the status or error_type 418; require some of (\d+, )+(\w+, )+or all$/,
    ],
    [
      [...complete, '--require', '200,no_such_type'],
      / has the status or error_type no_such_type; /,
    ],
    [[...complete, '--wait', '1m'], /--wait \(or CONNECTED_APPS_WAIT\) must be a whole number of /],
    [[...complete, '--operation', 'nothing'], /--operation must be one of (\w+, )+\w+; /],
    [
      [...complete, '--operation', safeOperation.operationId, 's3cret'],
      /--operation must be one of /,
    ],
    [[...complete, '--timeout-ms', '1s'], /timeoutMs must be an integer, 1 to 2147483647 /],
    [
      [...complete, '--reporter', 'junit=/no/such/directory/report.xml'],
      /--reporter cannot write the file of junit \(ENOENT\); pass a file in an existing directory$/,
    ],
    [[...complete, '--reporter', 'junit='], /--reporter must be one of /],
    [
      [...complete, '--reporter', 'summary'],
      /--reporter has no file for summary; pass summary=FILE/,
    ],
    [
      [...complete, '--reporter', 'junit', '--reporter', 'github'],
      /--reporter junit needs a file here; pass --reporter junit=FILE/,
    ],
    [
      [...complete, '--reporter', 'junit=/dev/null', 'text=/dev/../dev/null'],
      /--reporter has one file for two reports; pass a file for each/,
    ],
    [[...complete, '--session-token', 'a b'], /sessionToken is malformed; pass it exactly/],
    [
      complete,
      /cannot reach http:\/\/127\.0\.0\.1:9: no complete response: nothing listens there \(ECONNREFUSED\); start the target, wait/,
    ],
    [['--url', 'nowhere', ...complete.slice(2)], /url is not a URL; pass one like http:/],
    [['--url', 'ftp://a', ...complete.slice(2)], /url must start with http:\/\/ or https:\/\/$/],
    [
      ['--url', 'http://a:s3cret@b', ...complete.slice(2)],
      /url contains credentials; pass them separately$/,
    ],
    [['--url', 'http://a?b', ...complete.slice(2)], /url has a query; /],
    [
      [...complete.slice(0, 3), 'a:b', '--secret', 's3cret'],
      /project_id must not contain a colon /,
    ],
  ])('%j', async (args, message) => {
    const { code, out, error } = await contractTests(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toMatch(/^contract-tests: [^\n]+\n$/)
    expect(error.trimEnd()).toMatch(message)
    expect(error).not.toContain('s3cret')
  })
})

test('reads every option with a single value from a variable, including the ids', async () => {
  const before = mock.requests.length
  const names = allOperations.flatMap(({ pathParameters }) => pathParameters)
  const ids = names.map((name) => [`CONNECTED_APPS_${name.toUpperCase()}`, `my-${name}`])
  const { code, out } = await contractTests([], {
    CONNECTED_APPS_URL: mock.url,
    CONNECTED_APPS_PROJECT_ID: credentials.projectId,
    CONNECTED_APPS_SECRET: credentials.secret,
    CONNECTED_APPS_REQUIRE: 'all',
    ...Object.fromEntries(ids),
  })
  expect(code).toBe(0)
  for (const [, id = ''] of ids) {
    expect(mock.requests.slice(before).some(({ path }) => path.includes(`/${id}`))).toBe(true)
  }
  expect(out).not.toContain(credentials.secret)
})

test('waits for a target that is starting', async () => {
  const later = await startMock()
  const { port } = new URL(later.url)
  await later[Symbol.asyncDispose]()
  const run = contractTests(['--url', later.url, ...base, '--wait', '60'])
  // Responds only once the command has failed to connect.
  let connections = 0
  const gate = createTcpServer((socket) => {
    connections += 1
    socket.destroy()
    gate.close()
  }).listen(Number(port), '127.0.0.1')
  await once(gate, 'close')
  await using mockAgain = await startProvider(
    (request) => expectedResponse(request, { supportsPrefer: true }),
    Number(port),
  )
  expect((await run).code).toBe(0)
  expect(connections).toBe(1)
  expect(mockAgain.requests.length).toBeGreaterThan(0)
})

describe('at a provider that checks credentials and ids', () => {
  let remote: Provider

  beforeAll(async () => {
    remote = await startRemote()
  })

  afterAll(() => remote[Symbol.asyncDispose]())

  test.each([
    ...safeOperation.pathParameters.map((name) => [
      ['--project-id', credentials.projectId, `--${name.replaceAll('_', '-')}`, 'nothing'],
      `the target has no such ${name} (${exampleOf(safeOperation, { unknown: name })}); pass ids that exist there`,
    ]),
    [
      ['--project-id', 'another'],
      `the target rejects the credentials (${safeOperation.security[0]?.example}); pass the project_id and secret of one of its projects`,
    ],
  ] as [string[], string][])('ends at once without the right access: %j', async (args, line) => {
    const before = remote.requests.length
    const secret = ['--secret', credentials.secret]
    const { code, out, error } = await contractTests(['--url', remote.url, ...secret, ...args])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toBe(`contract-tests: ${line}\n`)
    expect(remote.requests.length - before).toBeLessThan(4)
  })
})

test('writes only JUnit to standard output', async () => {
  const { out } = await contractTests(['--url', mock.url, ...base, '--reporter', 'junit'])
  expect(XMLValidator.validate(out)).toBe(true)
})

test('writes several reports at once, and the text report to standard output', async () => {
  const [junit, plain, summary, step] = ['junit', 'text', 'summary', 'step'].map((name) =>
    join(directory, name),
  ) as [string, string, string, string] // one for each of the four
  const names = [`junit=${junit}`, 'github', `text=${plain}`, `summary=${summary}`, 'summary']
  await writeFile(step, 'of another command\n')
  const args = ['--url', invalid.url, ...base, ...names.flatMap((name) => ['--reporter', name])]
  const { code, out } = await contractTests(args, { GITHUB_STEP_SUMMARY: step })
  expect(code).toBe(1)
  expect(XMLValidator.validate(await readFile(junit, 'utf8'))).toBe(true)
  const textReport = await readFile(plain, 'utf8')
  expect(textReport).toMatch(/\nFAILED: [^\n]*\n$/)
  expect(out.startsWith(textReport)).toBe(true)
  expect(out.slice(textReport.length)).toMatch(/^(::(error|notice) [^\n]*\n)+$/)
  const markdown = await readFile(summary, 'utf8')
  expect(markdown).toMatch(/^### :x: contract-tests /)
  expect(await readFile(step, 'utf8')).toBe(`of another command\n${markdown}`)
})

test('writes GitHub annotations', async () => {
  const { out } = await contractTests(['--url', invalid.url, ...base, '--reporter', 'github'])
  expect(out).toMatch(/^::error title=\w+ \d+ \w+%3A a request::\d+ media type: /m)
})

test('sends the given ids and sessions', async () => {
  const before = mock.requests.length
  const names = allOperations.flatMap(({ pathParameters }) => pathParameters)
  const ids = Object.fromEntries(names.map((name) => [name, `my-${name}`]))
  const idArguments = Object.entries(ids).flatMap(([name, id]) => [
    `--${name.replaceAll('_', '-')}`,
    id,
  ])
  const args = ['--url', mock.url, ...base, ...idArguments, '--session-token', 'my-session']
  expect((await contractTests(args)).code).toBe(0)
  const sent = mock.requests.slice(before)
  for (const operation of allOperations) {
    const path = expandPath(operation, ids as PathParameters) // safe: every id is given
    const sessions = sent
      .filter((request) => request.method === operation.method && request.path === path)
      .map(({ headers }) => headers[operation.sessionHeaders.token?.toLowerCase() ?? ''])
    expect(sessions).toContain('my-session')
  }
})

test('tests only the given operations', async () => {
  const operations = [operationWithBody, safeOperation].map(({ operationId }) => operationId)
  const args = operations.flatMap((id) => ['--operation', id])
  const { code, out } = await contractTests(['--url', mock.url, ...base, ...args])
  expect(code).toBe(0)
  for (const { operationId } of allOperations) {
    expect(out.includes(`\nCoverage of ${operationId}\n`)).toBe(operations.includes(operationId))
  }
})

/** The names of the options and of the variables in a text. */
function optionsIn(description: string): string[] {
  return [...new Set(description.match(/(?<!\w)--[a-z][a-z-]*|CONNECTED_APPS_[A-Z_]+/g))].toSorted()
}
