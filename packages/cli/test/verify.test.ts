import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { B2BClient } from '@connected-apps/client'
import { createLedger } from '../src/ledger/create-ledger.ts'
import type { TargetLine } from '../src/targets/parse-target.ts'
import { verifyLedger } from '../src/verify-ledger.ts'
import { keyOf } from './support/api.ts'
import { app, CommandTest, csvOf, parse, targets } from './support/command.ts'
import { collect, INCIDENT, startLedger } from './support/ledger.ts'
import { SECRET } from './support/run-cli.ts'
import type { Finished } from './support/run-cli.ts'
import { serve } from './support/serve.ts'

const command = new CommandTest()

describe('verify', () => {
  test('lists who is connected still, again, and without being in the ledger', async () => {
    const [again, still, gone] = command.connect(3)
    command.api.respondWith = ({ path }) =>
      path['member_id'] === still?.member_id ? 'session_authorization_error' : undefined
    const args = ['--targets', '-', '--ledger', 'verify.jsonl', '--yes', '--quiet']
    expect(await command.revokeAll(args, csvOf([again, still, gone]))).toMatchObject({ code: 1 })
    command.api.connected.add(keyOf(again))
    command.api.connected.add(`${again.organization_id}/member-new/${app}`)
    const table = await command.run(['verify', 'verify.jsonl', '--rate', '1000'])
    expect(table.code).toBe(1)
    expect(table.out.split('\n')).toEqual([
      `again     organization-0  member-0  ${app}`,
      `unlisted  organization-0  member-new  ${app}`,
      `still     organization-1  member-1  ${app}`,
      'Read 3 lists, one for each Organization and app: 3 connected (1 again, 1 still, 1 unlisted).',
      'Those connected again need a new revoke-all with a new ledger; --resume sends nothing that was revoked.',
      'Those still connected could not be revoked, and --resume does not send them again. For the reasons: npx @connected-apps/cli report verify.jsonl',
      '',
    ])
    await appendFile(join(command.directory, 'verify.jsonl'), '{"type":"outco')
    const json = await command.run(['verify', 'verify.jsonl', '--rate', '1000', '--json'])
    expect(json.error).toMatch(/^Found a damaged end, removed from line \d+ on; nothing in it had/)
    const lines = json.out.trim().split('\n').map(parse)
    expect(lines[0]).toEqual({ ...again, connected: 'again' })
    expect(lines.at(-1)).toEqual({
      summary: {
        ledger: 'verify.jsonl',
        lists: 3,
        again: 1,
        still: 1,
        unlisted: 1,
        unknown: 0,
        unread: 0,
        notRequested: 0,
        connected: 3,
      },
    })

    // The report has it, until another run has started.
    const report = await command.run(['report', 'verify.jsonl'])
    expect(report.out).toContain('after the last run. Read 3 lists, one for each')
    expect(report.out).toContain(`| again | organization-0 | member-0 | ${app} |`)
    expect(report.out).toContain('| Connected App | Notes\\\\u\\{1b\\}')
  })

  test('never says that nobody is connected if a list is unknown, was not read, or was not requested', async () => {
    await plan('unread.jsonl', 30)
    const verify = (...args: string[]): Promise<Finished> =>
      command.run(['verify', 'unread.jsonl', '--rate', '1000', ...args])

    command.api.respondWith = ({ path }) =>
      path['organization_id'] === 'organization-7' ? 'organization_not_found' : undefined
    const unknown = await verify()
    expect(unknown).toMatchObject({ code: 1 })
    expect(unknown.error).toMatch(/^unknown organization-7: .*404 organization_not_found/m)
    expect(unknown.out).toBe(
      'Read 29 lists, one for each Organization and app: 0 connected.\n1 unknown to the API: no such Organization or app, so check that the ids are right.\n',
    )

    // The server is up, whatever it rejects: every list is requested.
    command.api.respondWith = () => 'session_authorization_error'
    const rejected = await verify()
    expect(rejected).toMatchObject({ code: 3 })
    expect(rejected.out).toBe(
      'No list was read, so this does not say who is connected.\n30 lists could not be read: somebody there may be connected.\n',
    )

    command.api.respondWith = () => 'unauthorized_credentials'
    const advised = await verify()
    expect(advised.out).toMatch(
      /^No list was read, .*\n.* could not be read, .*\nStopped: the API rejects the credentials; check STYTCH_PROJECT_ID and STYTCH_SECRET\.\n$/,
    )
    const stopped = await verify('--json')
    expect(stopped).toMatchObject({ code: 3 })
    const lines = stopped.out.trim().split('\n').map(parse)
    expect(lines[0]).toMatchObject({ organization_id: 'organization-0', list: 'unread' })
    const summary = lines.at(-1)?.['summary'] as Record<string, unknown> | undefined // an object
    expect(summary).toMatchObject({ lists: 0, stopped: 'the API rejects the credentials' })
    expect(Number(summary?.['unread']) + Number(summary?.['notRequested'])).toBe(30)
    // What was in flight is counted, too.
    expect(lines).toHaveLength(Number(summary?.['unread']) + 1)
    expect(summary?.['notRequested']).toBeGreaterThan(0)
  })

  test('says how to revoke those still connected, or that a run in progress may', async () => {
    await plan('still.jsonl', 1)
    command.api.connected.add(keyOf({ ...targets(1)[0], organization_id: 'organization-0' }))
    const pending = await command.run(['verify', 'still.jsonl'])
    expect(pending.out).toMatch(
      /Resume with: npx @connected-apps\/cli revoke-all --resume still\.jsonl\n$/,
    )
    const ledger = await startLedger(join(command.directory, 'still.jsonl'))
    const running = await command.run(['verify', 'still.jsonl'])
    expect(running.out).toContain('A run is in progress, and may yet revoke those still connected.')
    expect(running.out).not.toContain('Resume')
    await ledger.close('interrupted')
  })

  test('during a run gives its result, which the ledger does not get', async () => {
    await plan('running.jsonl', 1)
    const ledger = await startLedger(join(command.directory, 'running.jsonl'))
    const { code, out, error } = await command.run(['verify', 'running.jsonl'])
    expect({ code, out }).toEqual({
      code: 0,
      out: 'Read 1 list, one for each Organization and app: nobody is connected.\n',
    })
    expect(error).toMatch(
      /The report will not have this result: running\.jsonl is in use by process \d+/,
    )
    const report = await command.run(['report', 'running.jsonl'])
    expect(report.out).toContain('Not verified yet: run npx')
    expect(report.out).toMatch(/\| still running \|$/m)
    await ledger.close('interrupted')
  })

  test('stops at a server that is down, and only there, and counts what was not requested', async () => {
    await plan('down.jsonl', 30)
    const statesOf = async (baseUrl: string, maxResponseBytes?: number): Promise<string[]> => {
      const options = { project_id: 'project-test-1', secret: SECRET, baseUrl }
      const client = new B2BClient({ ...options, ...(maxResponseBytes && { maxResponseBytes }) })
      const lists = verifyLedger(join(command.directory, 'down.jsonl'), {
        client,
        maxRetries: 0,
        rate: 1000,
      })
      return (await collect(lists)).map(({ state }) => state)
    }
    const down = await serve((_, response) => response.writeHead(404).end('a page')) // nothing of the API, and not sent again
    const env = { CONNECTED_APPS_BASE_URL: down.url }
    const file = join(command.directory, 'down.jsonl')
    const other = join(command.directory, 'down-elsewhere.jsonl')
    await writeFile(other, (await readFile(file, 'utf8')).replace(command.api.url, down.url))
    const verified = command.run(['verify', other, '--rate', '1000'], env)
    const states = await statesOf(down.url)
    expect((await verified).out).toMatch(
      new RegExp(
        `^No list was read, .*\n.*\nStopped: the server seems to be down; try again, or check the URL ${down.url}\\.\n$`,
      ),
    )
    await down.stop()
    const unread = states.lastIndexOf('unread') + 1
    expect(unread).toBeGreaterThanOrEqual(10)
    expect(unread).toBeLessThan(30)
    const expected = [Array(unread).fill('unread'), Array(30 - unread).fill('not requested')]
    expect(states).toEqual(expected.flat())
    // Lists that are too long for the client come from a server that is up.
    expect(new Set(await statesOf(command.api.url, 10))).toEqual(new Set(['unread']))
  })
})

/** Creates a ledger of so many targets, each in an Organization of its own, that nobody runs. */
async function plan(ledger: string, count: number): Promise<void> {
  async function* lines(): AsyncGenerator<TargetLine> {
    for (const [index, target] of targets(count).entries()) {
      yield { line: index + 1, target: { ...target, organization_id: `organization-${index}` } }
    }
  }
  const incident = { ...INCIDENT, baseUrl: command.api.url }
  await (await createLedger(join(command.directory, ledger), incident, lines())).unlock()
}
