import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../src/cli/exit-codes.ts'
import { runCli, SECRET, SESSION } from './support/run-cli.ts'
import { keyOf, startApi } from './support/api.ts'
import { serve } from './support/serve.ts'
import type { Api } from './support/api.ts'

const target = {
  organization_id: 'organization-test-1',
  member_id: 'member-test-1',
  connected_app_id: 'connected-app-test-1',
}
const ids = [
  ['--organization-id', target.organization_id],
  ['--member-id', target.member_id],
  ['--connected-app-id', target.connected_app_id],
] as const
const [organization, member, app] = ids

let api: Api
let directory: string
let base: string[]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'connected-apps-'))
  api = await startApi([target])
  base = ['--base-url', api.url]
})

afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

describe('list', () => {
  test("prints a Member's apps as a table that cannot control the terminal", async () => {
    const { code, out, error } = await runCli(['list', ...organization, ...member, ...base])
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toBe(
      `${'CONNECTED APP ID'.padEnd(20)}  ${'NAME'.padEnd(26)}  TYPE         SCOPES\n` +
        'connected-app-test-1  Notes\\u{1b}[2J\\u{202e}evil  third_party  openid\n',
    )
  })

  test('prints who uses an app, and JSON for programs', async () => {
    const [table, json] = await Promise.all([
      runCli(['list', ...organization, ...app, ...base]),
      runCli(['list', ...organization, ...member, ...base, '--json']),
    ])
    expect(table.out).toContain('\nmember-test-1  openid\n')
    for (const each of ['\u001B', '\u202E']) expect(json.out).not.toContain(each)
    expect(JSON.parse(json.out)).toMatchObject({ connected_app_id: target.connected_app_id })
  })
})

describe('revoke', () => {
  test('revokes with the session of the environment, and prints the request_id', async () => {
    const env = { CONNECTED_APPS_SESSION_TOKEN: SESSION, CONNECTED_APPS_BASE_URL: api.url }
    const { code, out, error } = await runCli(['revoke', ...ids.flat()], { env })
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toMatch(/^revoked \(request_id [\w-]+\)\n$/)
    expect(api.revokes.get(keyOf(target))).toBe(1)
    expect(api.headers.at(-1)).toMatchObject({ 'x-stytch-member-session': SESSION })
  })

  test('takes the credentials from a file that only its owner may read', async () => {
    const file = join(directory, 'credentials.env')
    await writeFile(file, `STYTCH_PROJECT_ID=project-test-2\nSTYTCH_SECRET="${SECRET}"\n`)
    await chmod(file, 0o600)
    const args = ['revoke', ...ids.flat(), ...base, '--credentials-file', file]
    const { code, out } = await runCli([...args, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ ...target, result: 'revoked' })
    const basic = Buffer.from(`project-test-2:${SECRET}`).toString('base64')
    expect(api.headers.at(-1)).toMatchObject({ authorization: `Basic ${basic}` })
    await writeFile(file, `STYTCH_PROJECT_ID=project-test-2\n\nSTYTCH_SECRET="${SECRET} "\n`)
    expect(await runCli(args)).toMatchObject({
      code: 2,
      error: expect.stringMatching(
        /^connected-apps: STYTCH_SECRET in line 3 of the credentials file starts or ends with/,
      ) as string,
    })
    await chmod(file, 0o644)
    expect(await runCli(args)).toMatchObject({
      code: 2,
      error: expect.stringContaining('run chmod 600 on it') as string,
    })
  })

  test('prints nothing of a server or of the command line that controls the terminal', async () => {
    await using hostile = await serve((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ status_code: 200, request_id: 'x\u001B[2J\ny' }))
    })
    const revoked = await runCli(['revoke', ...ids.flat(), '--base-url', hostile.url])
    expect(revoked).toMatchObject({ code: 0, out: 'revoked (request_id x\\u{1b}[2J\\u{a}y)\n' })
    const named = await runCli(['report', 'none\u001B[2J.jsonl'])
    expect(named).toMatchObject({ code: 2, out: '' })
    expect(named.error).toContain('none\\u{1b}[2J.jsonl cannot be read')
  })

  test('says in one line why the API rejected it, with exit code 1', async () => {
    api.respondWith = () => 'member_not_found'
    const { code, out, error } = await runCli(['revoke', ...ids.flat(), ...base])
    api.respondWith = () => undefined
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(error).toMatch(/^connected-apps: the API responds with 404 member_not_found: .+\n$/)
  })

  test('says which variables to check if the API rejects the credentials, with exit code 3', async () => {
    api.respondWith = () => 'unauthorized_credentials'
    const { code, error } = await runCli(['list', ...organization, ...app, ...base])
    api.respondWith = () => undefined
    expect(code).toBe(3)
    expect(error).toMatch(/^connected-apps: .*401.*; check STYTCH_PROJECT_ID and STYTCH_SECRET\n$/)
  })

  test('has exit code 3 if the API lets no request through, and says to try again', async () => {
    api.respondWith = () => 'too_many_requests'
    const limited = await Promise.all([
      runCli(['revoke', ...ids.flat(), ...base]),
      runCli(['list', ...organization, ...app, ...base]),
    ])
    api.respondWith = () => undefined
    for (const { code, out, error } of limited) {
      expect({ code, out }).toEqual({ code: 3, out: '' })
      expect(error).toMatch(
        /^connected-apps: the API responds with 429 too_many_requests: .*; try again later\n$/,
      )
    }
  })

  test('says that something other than the API responds, and where, or that the API fails', async () => {
    await using other = await serve((request, response) => {
      request.resume()
      const isLogin = request.url?.includes('/members/') === true
      response
        .writeHead(isLogin ? 200 : 503, { 'content-type': 'text/html' })
        .end('<h1>Log in</h1>')
    })
    const url = ['--base-url', other.url]
    expect(await runCli(['revoke', ...ids.flat(), ...url])).toEqual({
      code: 3,
      out: '',
      error: `connected-apps: something other than the API responds (200 text/html); check the base URL ${other.url}\n`,
    })
    expect(await runCli(['list', ...organization, ...app, ...url])).toEqual({
      code: 3,
      out: '',
      error: 'connected-apps: the API responds with 503 Service Unavailable; try again later\n',
    })
  })

  test('has exit code 3 if the server is down', { timeout: 60_000 }, async () => {
    const down = ['--base-url', 'http://127.0.0.1:9']
    expect(await runCli(['list', ...organization, ...app, ...down])).toMatchObject({ code: 3 })
  })
})

describe('exit code 2, with one line that says what to do', () => {
  test.each<[args: string[], env: Record<string, string>, message: RegExp]>([
    [[], {}, /a command is missing; the commands are revoke, list/],
    [
      ['revoke'],
      {},
      /--organization-id is missing; pass --organization-id ID; see npx @connected-apps\/cli --help$/m,
    ],
    [['list', ...organization], {}, /pass --member-id .* or --connected-app-id/],
    [['list', ...organization, ...member, ...app], {}, /pass --member-id .* or --connected-app-id/],
    [['revoke', ...ids.flat(), '--secret', SECRET], {}, /unknown option --secret/],
    [['revoke', ...ids.flat()], { STYTCH_SECRET: '' }, /STYTCH_SECRET is missing; set it in/],
    [
      ['revoke', ...ids.flat()],
      { STYTCH_SECRET: `${SECRET}\r` },
      /: STYTCH_SECRET starts or ends with white space, .*export STYTCH_SECRET="\$\(printf/,
    ],
    [['revoke', ...ids.flat(), '--base-url', 'api'], {}, /--base-url .* is not a URL; /],
    [
      ['revoke', ...ids.flat(), '--credentials-file', '/none'],
      {},
      /cannot be read: there is no such file/,
    ],
    [
      ['revoke', ...ids.flat()],
      { CONNECTED_APPS_SESSION_TOKEN: SESSION, CONNECTED_APPS_SESSION_JWT: SESSION },
      /both CONNECTED_APPS_SESSION_TOKEN and CONNECTED_APPS_SESSION_JWT are set/,
    ],
    [['revoke', '--organization-id', '..', ...member, ...app], {}, /organization_id "?\.\."? /],
  ])('%j', async (args, env, message) => {
    const { code, out, error } = await runCli(args, { env })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toMatch(message)
    expect(error).toMatch(/^connected-apps: .+\n$/)
    expect(error).not.toContain(SECRET)
    expect(error).not.toContain(SESSION)
  })
})

test('--help and the README name the same options, exit codes and variables', async () => {
  const names = ['revoke', 'list', 'revoke-all', 'verify', 'report']
  const helps = await Promise.all(names.map((name) => runCli([name, '--help'])))
  const main = await runCli(['--help'])
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, options = ''] = /^## Options$(.*?)^## /ms.exec(readme) ?? []
  const [, codes = ''] = /^## Exit codes$(.*?)^## /ms.exec(readme) ?? []
  const [, variables = ''] = /^## Credentials$(.*?)^## /ms.exec(readme) ?? []
  const all = helps.map(({ out }) => out).join('')
  expect(matches(options, /--[a-z-]+(?= [A-Z]|`)/g)).toEqual(
    matches(all, /--[a-z-]+/g).filter((name) => name !== '--help'),
  )
  for (const [code, meaning] of Object.entries(EXIT_CODES)) {
    expect(main.out).toContain(`  ${code.padEnd(4)} ${meaning}\n`)
    expect(codes).toMatch(new RegExp(`^\\| ${code} +\\| ${meaning} +\\|$`, 'm'))
  }
  // On npm, the name of the bin would be another package.
  expect(readme).not.toMatch(/^(?:\$ )?(?:npx )?connected-apps /m)
  const isVariable = /(?:STYTCH|CONNECTED_APPS)_[A-Z_]+/g
  expect(matches(variables, isVariable)).toEqual(matches(main.out, isVariable))
})

/** What an expression finds, each once, in order. */
function matches(text: string, expression: RegExp): string[] {
  return [...new Set([...text.matchAll(expression)].map(([match]) => match))].toSorted()
}
