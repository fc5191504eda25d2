import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chooseSource } from '../src/cli/revoke-all/target-source.ts'
import { app, CommandTest, csvOf, targets } from './support/command.ts'

const command = new CommandTest()

describe('before a run', () => {
  test('--dry-run prints the plan, sends nothing, and leaves no ledger', async () => {
    const before = await readdir(command.directory)
    const requests = command.api.headers.length
    const args = ['--targets', '-', '--rate', '50', '--dry-run']
    const { code, out, error } = await command.revokeAll(args, csvOf(targets(1000)))
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(error).toMatch(/^Plan {6}revoke 1,000 targets: 1,000 Members in 3 Organizations$/m)
    expect(error).toContain(`\nApp       ${app}\n`)
    const few = await command.revokeAll(['--targets', '-', '--dry-run'], csvOf(targets(1)))
    expect(few.error).toContain('\nTakes     less than 1 s at 10 per second, less than 1 s at 100')
    expect(error).toMatch(/^Until {5}about \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, in 20 s$/m)
    expect(command.api.headers).toHaveLength(requests)
    expect(await readdir(command.directory)).toEqual(before)
  })

  test('malformed and repeated lines are named, and nothing is sent unless they are to be skipped', async () => {
    const [one, two] = command.connect(2)
    const input = `${csvOf([one, one, two])}organization-1,..,${app}\n`
    const args = ['--targets', '-', '--ledger', 'lines.jsonl', '--yes']
    const rejected = await command.revokeAll(args, input)
    expect(rejected.code).toBe(2)
    expect(rejected.error).toContain(
      'line 3: is the same as line 2\nline 5: member_id ".." is malformed; one looks like member-test-',
    )
    expect(rejected.error).toContain('Correct the lines, or pass --skip-invalid to leave them out.')
    expect(command.api.revokes.size).toBe(0)
    const skipped = await command.revokeAll([...args, '--skip-invalid'], input)
    expect(skipped.error).toContain('Left out  1 duplicate, 1 malformed\n')
    expect(skipped.code).toBe(0)
    expect(command.api.revokes.size).toBe(2)
  })

  test('an Organization that is listed by two of its names counts once, and is named', async () => {
    for (const name of ['acme', 'organization-1']) {
      for (const member of ['member-1', 'member-2']) {
        command.api.connected.add(`${name}/${member}/${app}`)
      }
    }
    await writeFile(join(command.directory, 'names.txt'), 'acme\norganization-1\n')
    const search = ['--connected-app-id', app, '--organizations', 'names.txt', '--dry-run']
    const rejected = await command.revokeAll(search)
    expect(rejected.code).toBe(2)
    expect(rejected.error).toMatch(
      /^line 2: names the same Organization as line 1\nNothing was sent\./,
    )
    const skipped = await command.revokeAll([...search, '--skip-invalid'])
    expect(skipped.error).toContain('revoke 2 targets: 2 Members in 1 Organization\n')
    expect(skipped.error).toContain('Left out  1 duplicate\n')
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
      /^connected-apps: CONNECTED_APPS_SESSION_TOKEN has a character that is not visible ASCII; copy it again$/m,
    ],
    [['--targets', 'none.csv', '--yes'], {}, /none\.csv cannot be read: there is no such file/],
    [['--resume', 'none.jsonl', '--yes'], {}, /none\.jsonl cannot be read/],
    [['--targets', '-', '--yes', '--ledger', '.'], {}, /: \. is a directory; pass the name of/],
    [
      ['--targets', '-', '--yes', '--ledger', 'none/l.jsonl'],
      {},
      /: none\/l\.jsonl cannot be created: there is no directory none$/m,
    ],
    [
      ['--targets', '-', '--connected-app-id', 'other', '--yes'],
      {},
      /^lines 2 to 4: connected_app_id ".*" is not the given "other"; correct one of them$/m,
    ],
  ])('%j is rejected', async (args, environment, message) => {
    const before = await readdir(command.directory)
    const { code, out, error } = await command.run(
      ['revoke-all', ...args],
      environment,
      csvOf(targets(3)),
    )
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toMatch(message)
    expect(await readdir(command.directory)).toEqual(before)
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

  test('a file that is not what it is passed as is named, with what to do', async () => {
    const args = ['--targets', '-', '--ledger', 'done.jsonl', '--yes', '--quiet']
    expect(await command.revokeAll(args, csvOf(targets(1)))).toMatchObject({ code: 0 })
    await writeFile(join(command.directory, 'notes.txt'), 'notes\n')
    await writeFile(join(command.directory, 'empty.txt'), '\n')
    const search = ['--connected-app-id', app, '--organizations', 'empty.txt', '--dry-run']
    for (const [options, message] of [
      [['--targets', 'done.jsonl', '--dry-run'], /^connected-apps: .* is a ledger; .*--resume/],
      [['--targets', '-', '--yes', '--ledger', 'done.jsonl'], /done\.jsonl exists; resume its run/],
      [
        ['--targets', '-', '--yes', '--ledger', 'notes.txt'],
        /notes\.txt exists, and is not a ledger; give the new ledger another name/,
      ],
      [
        ['--targets', 'empty.txt', '--dry-run'],
        /^Nothing was sent\. empty\.txt has no targets\.$/m,
      ],
      [['--targets', '-', '--dry-run'], /^Nothing was sent\. Standard input has no targets\.$/m],
      [search, /^Nothing was sent\. empty\.txt has no Organizations\.$/m],
    ] as const) {
      const { code, out, error } = await command.revokeAll(options)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(error).toMatch(message)
    }
    // Nothing is left to confirm.
    const resumed = await command.revokeAll(['--resume', 'done.jsonl'])
    expect(resumed).toMatchObject({
      code: 0,
      error: expect.stringMatching(/^Nothing is left to send: 1 target done\.$/m) as string,
    })
  })

  test('the plan names several apps, and so does that of a resume', async () => {
    const all = targets(5).map((each, index) => ({ ...each, connected_app_id: `app-${index}` }))
    const args = ['--targets', '-', '--ledger', 'apps.jsonl', '--yes', '--quiet']
    command.api.respondWith = () => 'unauthorized_credentials'
    const { error } = await command.revokeAll(args, csvOf(all))
    expect(error).toContain('\nApps      5: app-0, app-1, app-2, …\n')
    const resumed = await command.revokeAll(['--resume', 'apps.jsonl', '--dry-run'])
    expect(resumed.error).toContain('\nApps      5: app-0, app-1, app-2, …\n')
  })

  test('the hints repeat the options of the run, as a shell takes them', async () => {
    command.api.respondWith = () => 'unauthorized_credentials'
    await writeFile(
      join(command.directory, "o'k.env"),
      'STYTCH_PROJECT_ID=project-test-1\nSTYTCH_SECRET=secret\n',
      { mode: 0o600 },
    )
    const own = ['--credentials-file', "o'k.env", '--base-url', command.api.url]
    const pace = ['--rate', '50', '--share', '0.5']
    const args = ['--targets', '-', '--ledger', 'hint.jsonl', '--yes', '--quiet']
    const { out } = await command.revokeAll([...args, ...own, ...pace], csvOf(targets(1)))
    const connection = `--credentials-file 'o'\\''k.env' --base-url ${command.api.url}`
    expect(out).toContain(
      `Resume with: npx @connected-apps/cli revoke-all --resume hint.jsonl ${connection} --rate 50 --share 0.5\n`,
    )
    command.api.respondWith = () => undefined
    const resumed = await command.revokeAll(['--resume', 'hint.jsonl', '--yes', ...own, ...pace])
    expect(resumed.out).toContain(`npx @connected-apps/cli verify hint.jsonl ${connection}\n`)
  })

  test('a ledger of another project or server is rejected', async () => {
    const args = ['--targets', '-', '--ledger', 'mine.jsonl', '--yes', '--quiet']
    expect(await command.revokeAll(args, csvOf(targets(1)))).toMatchObject({ code: 0 })
    for (const [other, message] of [
      [{ STYTCH_PROJECT_ID: 'project-test-2' }, /the ledger is for project project-test-1, but/],
      [
        { CONNECTED_APPS_BASE_URL: 'http://127.0.0.1:9' },
        /the ledger is for server (http:\S+), not http:\S+; pass --base-url \1, or set CONNECTED_APPS_BASE_URL to it$/m,
      ],
    ] as const) {
      const resume = ['revoke-all', '--resume', 'mine.jsonl', '--yes']
      const { code, error } = await command.run(resume, other)
      expect(code).toBe(2)
      expect(error).toMatch(message)
    }
  })
})
