import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { B2BClient } from '@connected-apps/client'
import { chooseSource } from '../src/cli/revoke-all/target-source.ts'
import { createLedger } from '../src/ledger/create-ledger.ts'
import { readLedger } from '../src/ledger/read-ledger.ts'
import type { Target } from '../src/index.ts'
import type { TargetLine } from '../src/targets/parse-target.ts'
import { verifyLedger } from '../src/verify-ledger.ts'
import { collect, INCIDENT } from './support/ledger.ts'
import { main, runCli, SECRET, SESSION, startCli } from './support/run-cli.ts'
import type { Finished, Running } from './support/run-cli.ts'
import { keyOf, startApi } from './support/api.ts'
import { serve } from './support/serve.ts'
import type { Api } from './support/api.ts'

const app = 'connected-app-test-1'
const mkfifo = '/usr/bin/mkfifo'

let api: Api
let directory: string
let env: Record<string, string>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'connected-apps-'))
  api = await startApi()
  env = { CONNECTED_APPS_BASE_URL: api.url, CONNECTED_APPS_SESSION_TOKEN: SESSION }
})

afterEach(() => {
  api.respondWith = () => undefined
  api.connected.clear()
  api.revokes.clear()
})

afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

/** Runs `connected-apps revoke-all`. */
function revokeAll(args: readonly string[], input?: string): Promise<Finished> {
  return startRevokeAll(args, input).finished
}

function startRevokeAll(args: readonly string[], input = ''): Running {
  return startCli(['revoke-all', ...args], { env, input, cwd: directory })
}

describe('a run', () => {
  test('that is interrupted twice revokes each target once, and leaves nobody connected', async () => {
    const all = connect(150)
    const printed: Finished[] = []
    const args = ['--yes', '--json', '--rate', '150']
    const first = startRevokeAll(['--targets', '-', '--ledger', 'twice.jsonl', ...args], csvOf(all))
    await linesOf(first, 15)
    first.process.kill('SIGINT')
    printed.push(await first.finished)
    const second = startRevokeAll(['--resume', 'twice.jsonl', ...args])
    await linesOf(second, 15)
    second.process.kill('SIGTERM')
    printed.push(await second.finished)
    for (const { code, error } of printed) {
      expect(error).toContain(
        'Resume with: npx @connected-apps/cli revoke-all --resume twice.jsonl\n',
      )
      expect(code).toBe(130)
    }
    const third = await revokeAll(['--resume', 'twice.jsonl', ...args])
    printed.push(third)
    expect(third.code).toBe(0)
    expect(third.error).toMatch(/^Found {5}\d+ of 150 targets done\n/)
    const fourth = await revokeAll(['--resume', 'twice.jsonl', '--yes', '--quiet'])
    expect(fourth).toMatchObject({ code: 0, error: 'Nothing is left to send: 150 targets done.\n' })

    expect([...api.revokes.values()]).toEqual(all.map(() => 1))
    expect(api.connected.size).toBe(0)
    const lines = printed.flatMap(({ out }) => out.trim().split('\n').map(parse))
    const outcomes = lines.filter((line) => 'result' in line)
    expect(new Set(outcomes.map((line) => line['member_id'])).size).toBe(150)
    expect(outcomes).toHaveLength(150)
    expect(outcomes[0]).toMatchObject({ result: 'revoked', status_code: 200, attempts: 1 })
    expect(lines.filter((line) => 'summary' in line)).toMatchObject([
      { summary: { reason: 'interrupted' } },
      { summary: { reason: 'interrupted' } },
      { summary: { reason: 'finished', revoked: 150, pending: 0 } },
    ])

    const verified = await runCli(['verify', 'twice.jsonl', '--rate', '1000'], {
      env,
      cwd: directory,
    })
    expect(verified).toMatchObject({ code: 0, error: '' })
    expect(verified.out).toContain('Read 3 lists, one for each Organization and app: nobody')
    const report = await runCli(['report', 'twice.jsonl', '--html', 'r.html'], { cwd: directory })
    expect(report.code).toBe(0)
    const html = await readFile(join(directory, 'r.html'), 'utf8')
    expect(html).toContain('All 150 targets are revoked, as the API responded.')
    expect(html).toContain('>4 runs<')

    // Nothing secret in what was printed and written, and nothing but the ledger and the report is left.
    expect((await readdir(directory)).toSorted()).toEqual(['r.html', 'twice.jsonl'])
    const ledger = await readFile(join(directory, 'twice.jsonl'), 'utf8')
    const everything = [
      ledger,
      html,
      ...[...printed, verified, report].map((each) => JSON.stringify(each)),
    ]
    const basic = Buffer.from(`project-test-1:${SECRET}`).toString('base64')
    for (const secret of [SECRET, SESSION, basic]) {
      for (const each of everything) expect(each).not.toContain(secret)
    }
  })

  test('lists what was not revoked, with exit code 1', async () => {
    const [, forbidden, unknown] = connect(3)
    api.respondWith = ({ path }) => {
      if (path['member_id'] === forbidden?.member_id) return 'session_authorization_error'
      return path['member_id'] === unknown?.member_id ? 'member_not_found' : undefined
    }
    const args = ['--targets', '-', '--ledger', 'some.jsonl', '--yes', '--quiet']
    const { code, out } = await revokeAll(args, csvOf(targets(3)))
    expect(code).toBe(1)
    expect(out).toMatch(/^Revoked 1 of 3 targets\. /)
    expect(out).toMatch(
      /member-1 connected-app-test-1: forbidden, .*403 session_authorization_error/,
    )
    expect(out).toMatch(/member-2 connected-app-test-1: not found, .*404 member_not_found/)
    expect(out).toContain('npx @connected-apps/cli verify some.jsonl\n')
  })

  test('stops with exit code 3 if the API rejects the credentials, and can be resumed', async () => {
    connect(5)
    api.respondWith = () => 'unauthorized_credentials'
    const args = ['--targets', '-', '--ledger', 'rejected.jsonl', '--yes']
    const rejected = await revokeAll(args, csvOf(targets(5)))
    expect(rejected.code).toBe(3)
    expect(rejected.out).toMatch(/Stopped: the API rejects the credentials: .*401/)
    expect(rejected.out).toContain(
      'Resume with: npx @connected-apps/cli revoke-all --resume rejected.jsonl\n',
    )
    api.respondWith = () => undefined
    expect(await revokeAll(['--resume', 'rejected.jsonl', '--yes'])).toMatchObject({ code: 0 })
    expect(api.connected.size).toBe(0)
  })

  test('finds the Members who use an app in Organizations', async () => {
    connect(9)
    await writeFile(join(directory, 'organizations.txt'), 'organization-0\norganization-2\n')
    const args = ['--connected-app-id', app, '--organizations', 'organizations.txt', '--yes']
    const { code, error } = await revokeAll([...args, '--ledger', 'found.jsonl'])
    expect(code).toBe(0)
    expect(error).toMatch(/^Plan {6}revoke 6 targets: 6 Members in 2 Organizations$/m)
    expect(api.connected.size).toBe(3)
  })

  test('sends nothing if the search is rejected, the app is unknown, or nobody uses it', async () => {
    await writeFile(join(directory, 'idle.txt'), 'organization-0\norganization-1\n')
    const search = ['--connected-app-id', app, '--organizations', 'idle.txt', '--yes']
    api.respondWith = () => 'unauthorized_credentials'
    const rejected = await revokeAll([...search, '--ledger', 'idle.jsonl'])
    expect(rejected.code).toBe(3)
    expect(rejected.error).toMatch(
      /^Nothing was sent: the search failed\.\nconnected-apps: .*401.*; check STYTCH_PROJECT_ID and STYTCH_SECRET\n$/,
    )
    api.respondWith = () => 'connected_app_not_found'
    expect(await revokeAll([...search, '--ledger', 'idle.jsonl'])).toEqual({
      code: 2,
      out: '',
      error: `connected-apps: the API knows no Connected App "${app}"; check --connected-app-id\n`,
    })
    api.respondWith = () => undefined
    expect(await revokeAll([...search, '--ledger', 'idle.jsonl'])).toEqual({
      code: 0,
      out: '',
      error: 'Nobody in these Organizations uses the app; nothing was sent.\n',
    })
    expect(await readdir(directory)).not.toContain('idle.jsonl')
    await writeFile(join(directory, 'idle.txt'), '\n')
    expect(await revokeAll([...search, '--ledger', 'idle.jsonl'])).toMatchObject({ code: 2 })
  })

  test('never proves what was not searched: an Organization without a list, or with nobody yet', async () => {
    connect(1)
    await writeFile(join(directory, 'partly.txt'), 'nobody\norganization-0\norganization-1\n')
    api.respondWith = ({ path }) =>
      path['organization_id'] === 'nobody' ? 'organization_not_found' : undefined
    const search = ['--connected-app-id', app, '--organizations', 'partly.txt', '--skip-invalid']
    const run = await revokeAll([...search, '--ledger', 'partly.jsonl', '--yes', '--quiet'])
    expect(run.error).toContain('Left out  1 list not read\n')
    expect(run.error).toContain('1 list of Members was not read, so somebody may be missing')
    expect(run.code).toBe(1)
    expect(api.connected.size).toBe(0)
    expect(await revokeAll(['--resume', 'partly.jsonl', '--yes', '--quiet'])).toMatchObject({
      code: 1,
    })

    api.connected.add(`organization-1/member-late/${app}`)
    const options = { env, cwd: directory }
    const verified = await runCli(['verify', 'partly.jsonl', '--rate', '1000'], options)
    expect(verified.error).toContain('unknown nobody: ')
    expect(verified.out).toContain(`unlisted  organization-1  member-late  ${app}\nRead 2 lists`)
    expect(verified.code).toBe(1)
    const { out } = await runCli(['report', 'partly.jsonl'], options)
    expect(out).toContain(
      'The 1 target is revoked, as the API responded, but 1 list of Members was not read.',
    )
    expect(out).toMatch(/^\| 1 \| .*has no list of Members/m)
  })

  test('goes on if the reader of its output leaves', async () => {
    connect(100)
    const args = ['--targets', '-', '--ledger', 'left.jsonl', '--yes', '--json', '--rate', '1000']
    const running = startRevokeAll(args, csvOf(targets(100)))
    running.finished.catch(() => undefined) // its output is not read to the end
    await once(running.process.stdout, 'data')
    running.process.stdout.destroy()
    expect(await once(running.process, 'exit')).toEqual([0, null])
    expect(api.connected.size).toBe(0)
  })
})

test.skipIf(!existsSync('/dev/full'))(
  'a run goes on if its output cannot be written, and says so',
  async () => {
    connect(30)
    const input = join(directory, 'full.csv')
    await writeFile(input, csvOf(targets(30)))
    const args = `revoke-all --targets full.csv --ledger full.jsonl --yes --quiet --json > /dev/full`
    const child = spawn('/bin/sh', ['-c', `exec "$0" "$1" ${args}`, process.execPath, main], {
      env: { STYTCH_PROJECT_ID: 'project-test-1', STYTCH_SECRET: SECRET, ...env },
      cwd: directory,
    })
    const ended = once(child, 'close')
    const error = await text(child.stderr)
    expect(await ended).toEqual([1, null])
    expect(error.match(/^connected-apps: .*$/gm)).toEqual([
      'connected-apps: standard output cannot be written: the disk is full',
    ])
    expect(error).not.toContain('    at ')
    expect(api.connected.size).toBe(0)
    expect(await lastRecord('full.jsonl')).toMatchObject({ type: 'stopped', reason: 'finished' })
  },
)

describe('Ctrl-C', () => {
  test('counts once if it arrives twice at the same moment, as under npx', async () => {
    connect(200)
    const running = startRevokeAll(
      ['--targets', '-', '--ledger', 'npx.jsonl', '--yes', '--json', '--rate', '100'],
      csvOf(targets(200)),
    )
    await linesOf(running, 5)
    running.process.kill('SIGINT')
    running.process.kill('SIGTERM')
    expect(await running.finished).toMatchObject({ code: 130 })
    expect(await lastRecord('npx.jsonl')).toMatchObject({ type: 'stopped', reason: 'interrupted' })
  })

  test('stops at once the second time, and what was in flight is sent again', async () => {
    connect(2)
    let release = (): void => undefined
    const held = new Promise<undefined>((resolve) => (release = () => resolve(undefined)))
    const isHeld = new Promise<void>((resolve) => {
      api.respondWith = () => {
        resolve()
        return held
      }
    })
    const args = ['--targets', '-', '--ledger', 'twice-at-once.jsonl', '--yes']
    const running = startRevokeAll(args, csvOf(targets(2)))
    await isHeld
    running.process.kill('SIGINT')
    await once(running.process.stderr, 'data')
    await sleep(300) // what arrives sooner is the same Ctrl-C
    running.process.kill('SIGINT')
    expect(await once(running.process, 'exit')).toEqual([130, null])
    release()
    api.respondWith = () => undefined
    const resumed = await revokeAll(['--resume', 'twice-at-once.jsonl', '--yes'])
    expect(resumed.error).toContain('0 of 2 targets done, 1 sent without an outcome\n')
    expect(resumed.code).toBe(0)
    expect(api.connected.size).toBe(0)
  })

  test('while targets are read leaves nothing behind', async () => {
    const running = startCli(
      ['revoke-all', '--targets', '-', '--ledger', 'reading.jsonl', '--yes'],
      { env, cwd: directory, input: undefined },
    )
    const isReading = async (): Promise<boolean> =>
      (await readdir(directory)).includes('reading.jsonl.planning')
    await expect.poll(isReading, { timeout: 20_000 }).toBe(true)
    running.process.kill('SIGINT')
    expect(await running.finished).toMatchObject({ code: 130, error: 'Nothing was sent.\n' })
    expect((await readdir(directory)).filter((name) => name.includes('reading'))).toEqual([])
  })

  test.skipIf(!existsSync(mkfifo)).each(['without a writer', 'with a writer'])(
    'ends the reading of a pipe %s',
    async (writer) => {
      const pipe = join(directory, 'pipe')
      const ledger = `${writer}.jsonl`
      execFileSync(mkfifo, [pipe])
      const handle = writer === 'with a writer' ? await open(pipe, 'r+') : undefined
      const running = startRevokeAll(['--targets', 'pipe', '--ledger', ledger, '--yes'])
      const isReading = async (): Promise<boolean> =>
        (await readdir(directory)).includes(`${ledger}.planning`)
      await expect.poll(isReading, { timeout: 20_000 }).toBe(true)
      running.process.kill('SIGINT')
      const finished = await Promise.race([running.finished, sleep(5_000)])
      if (finished === undefined) running.process.kill('SIGKILL')
      await handle?.close()
      await rm(pipe)
      expect(finished).toMatchObject({ code: 130, error: 'Nothing was sent.\n' })
      expect((await readdir(directory)).filter((name) => name.includes(ledger))).toEqual([])
    },
  )
})

describe('before a run', () => {
  test('--dry-run prints the plan, sends nothing, and leaves no ledger', async () => {
    const before = await readdir(directory)
    const requests = api.headers.length
    const args = ['--targets', '-', '--rate', '50', '--dry-run']
    const { code, out, error } = await revokeAll(args, csvOf(targets(1000)))
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(error).toMatch(/^Plan {6}revoke 1,000 targets: 1,000 Members in 3 Organizations$/m)
    expect(error).toMatch(/^Until {5}about .+, in 20 s$/m)
    expect(api.headers).toHaveLength(requests)
    expect(await readdir(directory)).toEqual(before)
  })

  test('malformed and repeated lines are named, and nothing is sent unless they are to be skipped', async () => {
    const [one, two] = connect(2)
    const input = `${csvOf([one, one, two])}organization-1,..,${app}\n`
    const args = ['--targets', '-', '--ledger', 'lines.jsonl', '--yes']
    const rejected = await revokeAll(args, input)
    expect(rejected.code).toBe(2)
    expect(rejected.error).toContain('line 3: is the same as line 2\nline 5: member_id ".." ')
    expect(rejected.error).toContain('Correct the lines, or pass --skip-invalid to leave them out.')
    expect(api.revokes.size).toBe(0)
    const skipped = await revokeAll([...args, '--skip-invalid'], input)
    expect(skipped.error).toContain('Left out  1 duplicate, 1 malformed\n')
    expect(skipped.code).toBe(0)
    expect(api.revokes.size).toBe(2)
  })

  test.each<[args: string[], environment: Record<string, string>, message: RegExp]>([
    [[], {}, /pass one of --targets FILE, .*--resume LEDGER; see/],
    [
      ['--targets', '-', '--rate', '0'],
      {},
      /--rate must be a number of calls per second, at least 0\.001/,
    ],
    [['--targets', '-', '--rate', '0.0001'], {}, /--rate must be a number of calls per second, at/],
    [['--targets', '-', '--share', '2'], {}, /--share must be a number from 0\.01 to 1/],
    [['--targets', '-'], {}, /there is no terminal to confirm on; pass --yes$/m],
    [
      ['--targets', '-', '--yes'],
      { STYTCH_PROJECT_ID: 'project-live-1' },
      /this is a live project, .*pass --yes --yes-live$/m,
    ],
    [
      ['--targets', '-', '--yes'],
      { CONNECTED_APPS_SESSION_TOKEN: 'two\nlines' },
      /^connected-apps: .*session_token .*$/m,
    ],
    [['--targets', 'none.csv', '--yes'], {}, /none\.csv cannot be read: there is no such file/],
    [['--resume', 'none.jsonl', '--yes'], {}, /none\.jsonl cannot be read/],
  ])('%j is rejected', async (args, environment, message) => {
    const before = await readdir(directory)
    const { code, out, error } = await runCli(['revoke-all', ...args], {
      env: { ...env, ...environment },
      input: csvOf(targets(1)),
      cwd: directory,
    })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toMatch(message)
    expect(await readdir(directory)).toEqual(before)
  })

  test('the options name one source of targets', () => {
    const one = /^pass one of --targets FILE, .* or --resume LEDGER$/
    expect(() => chooseSource({ organizations: 'x' })).toThrow(one)
    expect(() => chooseSource({ targets: 'x', organizations: 'y' })).toThrow(one)
    expect(() => chooseSource({ resume: 'x', targets: 'y' })).toThrow(/^--resume takes the targets/)
    expect(() => chooseSource({ resume: 'x', skipInvalid: true })).toThrow(/^--resume takes/)
    expect(chooseSource({ resume: 'x' })).toBeUndefined()
    expect(chooseSource({ targets: '-', connectedAppId: app })).toMatchObject({ isInputUsed: true })
  })

  test('a ledger of another project or server is rejected', async () => {
    const args = ['--targets', '-', '--ledger', 'mine.jsonl', '--yes', '--quiet']
    expect(await revokeAll(args, csvOf(targets(1)))).toMatchObject({ code: 0 })
    for (const [other, message] of [
      [{ STYTCH_PROJECT_ID: 'project-test-2' }, /the ledger is for project project-test-1, but/],
      [{ CONNECTED_APPS_BASE_URL: 'http://127.0.0.1:9' }, /the ledger is for server http:/],
    ] as const) {
      const options = { env: { ...env, ...other }, cwd: directory }
      const { code, error } = await runCli(
        ['revoke-all', '--resume', 'mine.jsonl', '--yes'],
        options,
      )
      expect(code).toBe(2)
      expect(error).toMatch(message)
    }
  })
})

describe('verify', () => {
  test('tells who is connected still, again, and without being in the ledger', async () => {
    const [again, still, gone] = connect(3)
    api.respondWith = ({ path }) =>
      path['member_id'] === still?.member_id ? 'session_authorization_error' : undefined
    const args = ['--targets', '-', '--ledger', 'verify.jsonl', '--yes', '--quiet']
    expect(await revokeAll(args, csvOf([again, still, gone]))).toMatchObject({ code: 1 })
    api.connected.add(keyOf(again))
    api.connected.add(`${again.organization_id}/member-new/${app}`)
    const options = { env, cwd: directory }
    const table = await runCli(['verify', 'verify.jsonl', '--rate', '1000'], options)
    expect(table.code).toBe(1)
    expect(table.out.split('\n')).toEqual([
      `again     organization-0  member-0  ${app}`,
      `unlisted  organization-0  member-new  ${app}`,
      `still     organization-1  member-1  ${app}`,
      'Read 3 lists, one for each Organization and app: 3 connected (1 again, 1 still, 1 unlisted).',
      'Those connected again need a new revoke-all with a new ledger; --resume sends nothing that was revoked.',
      '',
    ])
    const json = await runCli(['verify', 'verify.jsonl', '--rate', '1000', '--json'], options)
    const lines = json.out.trim().split('\n').map(parse)
    expect(lines[0]).toEqual({ ...again, connected: 'again' })
    expect(lines.at(-1)).toMatchObject({ lists: 3, connected: 3, unread: 0 })
  })

  test('never says that nobody is connected if a list is unknown, was not read, or was not asked for', async () => {
    await plan('unread.jsonl', 30)
    const verify = (...args: string[]): Promise<Finished> =>
      runCli(['verify', 'unread.jsonl', '--rate', '1000', ...args], { env, cwd: directory })

    api.respondWith = ({ path }) =>
      path['organization_id'] === 'organization-7' ? 'organization_not_found' : undefined
    const unknown = await verify()
    expect(unknown).toMatchObject({ code: 1 })
    expect(unknown.error).toMatch(/^unknown organization-7: .*404 organization_not_found/m)
    expect(unknown.out).toBe(
      'Read 29 lists, one for each Organization and app: 0 connected.\n1 unknown to the API: no such Organization or app, so check that the ids are right.\n',
    )

    // The server is up, whatever it rejects: every list is asked for.
    api.respondWith = () => 'session_authorization_error'
    const rejected = await verify()
    expect(rejected).toMatchObject({ code: 3 })
    expect(rejected.out).toBe(
      'Read 0 lists, one for each Organization and app: 0 connected.\n30 could not be read, so somebody there may be connected.\n',
    )

    api.respondWith = () => 'unauthorized_credentials'
    const stopped = await verify('--json')
    expect(stopped).toMatchObject({ code: 3 })
    const lines = stopped.out.trim().split('\n').map(parse)
    expect(lines[0]).toMatchObject({ organization_id: 'organization-0', list: 'unread' })
    const summary = lines.at(-1)
    expect(summary).toMatchObject({ lists: 0, stopped: 'the API rejects the credentials' })
    expect(Number(summary?.['unread']) + Number(summary?.['notAsked'])).toBe(30)
    // What was in flight is counted, too.
    expect(lines).toHaveLength(Number(summary?.['unread']) + 1)
    expect(summary?.['notAsked']).toBeGreaterThan(0)
  })

  test('stops asking a server that is down, and only that, and says what was not asked for', async () => {
    await plan('down.jsonl', 30)
    const statesOf = async (baseUrl: string, maxResponseBytes?: number): Promise<string[]> => {
      const options = { project_id: 'project-test-1', secret: SECRET, baseUrl }
      const client = new B2BClient({ ...options, ...(maxResponseBytes && { maxResponseBytes }) })
      const lists = verifyLedger(join(directory, 'down.jsonl'), {
        client,
        maxRetries: 0,
        rate: 1000,
      })
      return (await collect(lists)).map(({ state }) => state)
    }
    const down = await serve((_, response) => response.writeHead(502).end())
    const states = await statesOf(down.url)
    await down.stop()
    const unread = states.lastIndexOf('unread') + 1
    expect(unread).toBeGreaterThanOrEqual(10)
    expect(unread).toBeLessThan(30)
    const expected = [Array(unread).fill('unread'), Array(30 - unread).fill('not asked')]
    expect(states).toEqual(expected.flat())
    // Lists that are too long for the client come from a server that is up.
    expect(new Set(await statesOf(api.url, 10))).toEqual(new Set(['unread']))
  })
})

/** Creates a ledger of so many targets, each in an Organization of its own, that nobody runs. */
async function plan(ledger: string, count: number): Promise<void> {
  async function* lines(): AsyncGenerator<TargetLine> {
    for (const [index, target] of targets(count).entries()) {
      yield { line: index + 1, target: { ...target, organization_id: `organization-${index}` } }
    }
  }
  const incident = { ...INCIDENT, baseUrl: api.url }
  await (await createLedger(join(directory, ledger), incident, lines())).unlock()
}

function targets(count: number): [Target, Target, Target, ...Target[]] {
  const all = Array.from({ length: count }, (_, index) => ({
    organization_id: `organization-${index % 3}`,
    member_id: `member-${index}`,
    connected_app_id: app,
  }))
  return all as [Target, Target, Target, ...Target[]] // the tests take no more than there are
}

/** Connects Members at the API. */
function connect(count: number): ReturnType<typeof targets> {
  const all = targets(count)
  for (const target of all) api.connected.add(keyOf(target))
  return all
}

function csvOf(list: readonly Target[]): string {
  const rows = list.map(({ organization_id, member_id, connected_app_id }) =>
    [organization_id, member_id, connected_app_id].join(','),
  )
  return `organization_id,member_id,connected_app_id\n${rows.map((row) => `${row}\n`).join('')}`
}

/** Waits until a command has printed so many lines. */
async function linesOf({ process: child }: Running, count: number): Promise<void> {
  let seen = 0
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve) => {
    lines.on('line', () => {
      seen += 1
      if (seen === count) resolve()
    })
  })
}

async function lastRecord(ledger: string): Promise<object | undefined> {
  let last: object | undefined
  for await (const record of readLedger(join(directory, ledger))) last = record
  return last
}

function parse(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown> // every line is an object
}
