import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { app, CommandTest, csvOf, linesOf, parse, targets } from './support/command.ts'
import { main, SECRET, SESSION } from './support/run-cli.ts'
import type { Finished } from './support/run-cli.ts'

const command = new CommandTest()

describe('a run', () => {
  test('that is interrupted twice revokes each target once, and leaves nobody connected', async () => {
    const all = command.connect(150)
    const printed: Finished[] = []
    const args = ['--yes', '--json', '--rate', '150']
    const first = command.startRevokeAll(
      ['--targets', '-', '--ledger', 'twice.jsonl', ...args],
      csvOf(all),
    )
    await linesOf(first, 15)
    first.process.kill('SIGINT')
    printed.push(await first.finished)
    const second = command.startRevokeAll(['--resume', 'twice.jsonl', ...args])
    await linesOf(second, 15)
    second.process.kill('SIGHUP')
    printed.push(await second.finished)
    for (const { code, error } of printed) {
      expect(error).toContain(
        'Resume with: npx @connected-apps/cli revoke-all --resume twice.jsonl --rate 150\n',
      )
      expect(code).toBe(130)
    }
    const third = await command.revokeAll(['--resume', 'twice.jsonl', ...args])
    printed.push(third)
    expect(third.code).toBe(0)
    expect(third.error).toMatch(/^Found {5}\d+ of 150 targets done\n/)
    const fourth = await command.revokeAll(['--resume', 'twice.jsonl', '--yes', '--quiet'])
    expect(fourth).toMatchObject({ code: 0, error: 'Nothing is left to send: 150 targets done.\n' })

    expect([...command.api.revokes.values()]).toEqual(all.map(() => 1))
    expect(command.api.connected.size).toBe(0)
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

    const verified = await command.run(['verify', 'twice.jsonl', '--rate', '1000'])
    expect(verified).toMatchObject({ code: 0, error: '' })
    expect(verified.out).toContain('Read 3 lists, one for each Organization and app: nobody')
    const report = await command.run(['report', 'twice.jsonl', '--html', 'r.html'])
    expect(report.code).toBe(0)
    const html = await readFile(join(command.directory, 'r.html'), 'utf8')
    expect(html).toContain('All 150 targets are revoked, as the API responded.')
    expect(html).toContain('>3 runs<')
    expect(html).toMatch(/Nobody was connected at \d{4}-/)

    // Nothing secret in what was printed and written, and nothing but the ledger and the report is left.
    expect((await readdir(command.directory)).toSorted()).toEqual(['r.html', 'twice.jsonl'])
    const ledger = await readFile(join(command.directory, 'twice.jsonl'), 'utf8')
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
    const [, forbidden, unknown] = command.connect(3)
    command.api.respondWith = ({ path }) => {
      if (path['member_id'] === forbidden?.member_id) return 'session_authorization_error'
      return path['member_id'] === unknown?.member_id ? 'member_not_found' : undefined
    }
    const args = ['--targets', '-', '--ledger', 'some.jsonl', '--yes', '--quiet']
    const { code, out } = await command.revokeAll(args, csvOf(targets(3)))
    expect(code).toBe(1)
    expect(out).toMatch(/^Revoked 1 of 3 targets\. /)
    expect(out).toMatch(
      /member-1 connected-app-test-1: forbidden, .*403 session_authorization_error/,
    )
    expect(out).toMatch(/member-2 connected-app-test-1: not found, .*404 member_not_found/)
    expect(out).toContain('npx @connected-apps/cli verify some.jsonl\n')
  })

  test('stops with exit code 3 if the API rejects the credentials, and can be resumed', async () => {
    command.connect(5)
    command.api.respondWith = () => 'unauthorized_credentials'
    const args = ['--targets', '-', '--ledger', 'rejected.jsonl', '--yes']
    const rejected = await command.revokeAll(args, csvOf(targets(5)))
    expect(rejected.code).toBe(3)
    expect(rejected.out).toMatch(
      /^Stopped: the API rejects the credentials: 401 .*; check STYTCH_PROJECT_ID and STYTCH_SECRET$/m,
    )
    expect(rejected.out).toMatch(/^ {2}Rejected {3}1 \(.* not revoked; a resume sends it again\)$/m)
    expect(rejected.out).not.toMatch(/unknown/i)
    expect(rejected.out).toContain(
      'Resume with: npx @connected-apps/cli revoke-all --resume rejected.jsonl\n',
    )
    command.api.respondWith = () => undefined
    expect(await command.revokeAll(['--resume', 'rejected.jsonl', '--yes'])).toMatchObject({
      code: 0,
    })
    expect(command.api.connected.size).toBe(0)
  })

  test('says once why several targets are unknown', async () => {
    const args = ['--targets', '-', '--ledger', 'down.jsonl', '--yes']
    const down = ['--base-url', 'http://127.0.0.1:9']
    const { code, out, error } = await command.revokeAll([...args, ...down], csvOf(targets(3)))
    expect(code).toBe(3)
    expect(out.match(/^ {2}.*no response/gm)).toEqual(['  3 targets: unknown, no response'])
    expect(error).toMatch(/^0%, 0 of 3, 3 unknown$/m)
    expect(out).toMatch(/^Stopped: the API is down: no response from http:/m)
  })

  test('sends nothing if the search is rejected, the app is unknown, or nobody uses it', async () => {
    await writeFile(join(command.directory, 'idle.txt'), 'organization-0\norganization-1\n')
    const search = ['--connected-app-id', app, '--organizations', 'idle.txt', '--yes']
    command.api.respondWith = () => 'unauthorized_credentials'
    const rejected = await command.revokeAll([...search, '--ledger', 'idle.jsonl'])
    expect(rejected.code).toBe(3)
    expect(rejected.error).toMatch(
      /^Nothing was sent: the search failed\.\nconnected-apps: .*401.*; check STYTCH_PROJECT_ID and STYTCH_SECRET\n$/,
    )
    command.api.respondWith = () => 'connected_app_not_found'
    expect(await command.revokeAll([...search, '--ledger', 'idle.jsonl'])).toEqual({
      code: 2,
      out: '',
      error: `connected-apps: the API knows no Connected App "${app}"; check --connected-app-id\n`,
    })
    command.api.respondWith = () => undefined
    expect(await command.revokeAll([...search, '--ledger', 'idle.jsonl'])).toEqual({
      code: 0,
      out: '',
      error: 'Nobody in these Organizations uses the app; nothing was sent.\n',
    })
    expect(await readdir(command.directory)).not.toContain('idle.jsonl')
    await writeFile(join(command.directory, 'idle.txt'), 'organization-0\norganization-0\n..\n')
    const skipped = await command.revokeAll([...search, '--skip-invalid'])
    expect(skipped.code).toBe(0)
    expect(skipped.error).toMatch(
      /^line 2: is the same as line 1\nline 3: .*\nNobody in these Organizations uses the app; nothing was sent\.\n$/,
    )
    const repeated = await command.revokeAll(search)
    expect(repeated.code).toBe(2)
    expect(repeated.error).toContain('Correct the lines, or pass --skip-invalid to leave them out.')
    await writeFile(join(command.directory, 'idle.txt'), 'organization-0\nunknown\n')
    command.api.respondWith = ({ path }) =>
      path['organization_id'] === 'unknown' ? 'organization_not_found' : undefined
    const partly = await command.revokeAll([...search, '--skip-invalid'])
    expect(partly.code).toBe(1)
    expect(partly.error).toContain(
      'Nobody in these Organizations uses the app, but 1 list of Members was not read; nothing was sent.\n',
    )
    command.api.respondWith = () => undefined
    await writeFile(join(command.directory, 'idle.txt'), '\n')
    expect(await command.revokeAll([...search, '--ledger', 'idle.jsonl'])).toMatchObject({
      code: 2,
    })
  })

  test('never proves what was not searched: an Organization without a list, or with nobody yet', async () => {
    command.connect(1)
    await writeFile(
      join(command.directory, 'partly.txt'),
      'nobody\norganization-0\norganization-1\n',
    )
    command.api.respondWith = ({ path }) =>
      path['organization_id'] === 'nobody' ? 'organization_not_found' : undefined
    const search = ['--connected-app-id', app, '--organizations', 'partly.txt', '--skip-invalid']
    const run = await command.revokeAll([...search, '--ledger', 'partly.jsonl', '--yes', '--quiet'])
    expect(run.error).toContain('Left out  1 list not read\n')
    // The name comes from the API, and is safe to print.
    expect(run.error).toContain(`App       Notes\\u{1b}[2J\\u{202e}evil (${app})\n`)
    expect(run.error).toContain(
      '1 list of Members was not read, so somebody may be missing; for their names: npx @connected-apps/cli report partly.jsonl',
    )
    expect(run.code).toBe(1)
    expect(command.api.connected.size).toBe(0)
    expect(await command.revokeAll(['--resume', 'partly.jsonl', '--yes', '--quiet'])).toMatchObject(
      {
        code: 1,
      },
    )

    command.api.connected.add(`organization-1/member-late/${app}`)
    const verified = await command.run(['verify', 'partly.jsonl', '--rate', '1000'])
    expect(verified.error).toContain('unknown nobody: ')
    expect(verified.out).toContain(`unlisted  organization-1  member-late  ${app}\nRead 2 lists`)
    expect(verified.code).toBe(1)
    const { out } = await command.run(['report', 'partly.jsonl'])
    expect(out).toContain(
      'The 1 target is revoked, as the API responded, but 1 list of Members was not read.',
    )
    expect(out).toMatch(/^\| 1 \| .*has no list of Members/m)
  })

  test('continues if the reader of its output leaves', async () => {
    command.connect(100)
    const args = ['--targets', '-', '--ledger', 'left.jsonl', '--yes', '--json', '--rate', '1000']
    const running = command.startRevokeAll(args, csvOf(targets(100)))
    running.finished.catch(() => undefined) // its output is not read to the end
    await once(running.process.stdout, 'data')
    running.process.stdout.destroy()
    expect(await once(running.process, 'exit')).toEqual([0, null])
    expect(command.api.connected.size).toBe(0)
  })
})

test.skipIf(!existsSync('/dev/full'))(
  'a run continues if its output cannot be written, and reports that',
  async () => {
    command.connect(30)
    const input = join(command.directory, 'full.csv')
    await writeFile(input, csvOf(targets(30)))
    const args = `revoke-all --targets full.csv --ledger full.jsonl --yes --quiet --json > /dev/full`
    const child = spawn('/bin/sh', ['-c', `exec "$0" "$1" ${args}`, process.execPath, main], {
      env: { STYTCH_PROJECT_ID: 'project-test-1', STYTCH_SECRET: SECRET, ...command.env },
      cwd: command.directory,
    })
    const ended = once(child, 'close')
    const error = await text(child.stderr)
    expect(await ended).toEqual([1, null])
    expect(error.match(/^connected-apps: .*$/gm)).toEqual([
      'connected-apps: standard output cannot be written: the disk is full',
    ])
    expect(error).not.toContain('    at ')
    expect(command.api.connected.size).toBe(0)
    expect(await command.lastRecord('full.jsonl')).toMatchObject({
      type: 'stopped',
      reason: 'finished',
    })
  },
)
