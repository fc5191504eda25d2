import {
  appendFile,
  link,
  mkdir,
  readFile,
  readdir,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createLedger } from '../src/ledger/create-ledger.ts'
import { LedgerError } from '../src/ledger/ledger-error.ts'
import { openLedger } from '../src/ledger/open-ledger.ts'
import { planTargets } from '../src/targets/plan-targets.ts'
import { readLedger } from '../src/ledger/read-ledger.ts'
import type { TargetLine } from '../src/targets/parse-target.ts'
import {
  INCIDENT,
  collect,
  planLedger,
  plannedLedger,
  startLedger,
  targetLines,
  temporaryDirectory,
} from './support/ledger.ts'
import { outcomeOf, targetOf } from './support/outcome.ts'

test('a ledger is created with the plan, for its owner only', async () => {
  const directory = await temporaryDirectory()
  const path = join(directory, 'incident.jsonl')
  expect(await plannedLedger(path, 25)).toEqual({
    apps: { apps: [{ connected_app_id: 'connected-app-test-1' }], isMore: false },
    targets: 25,
    organizations: 3,
    members: 25,
    searched: 0,
    skipped: { invalid: 0, duplicate: 0, unread: 0 },
    problems: [],
    isRunnable: true,
    isEmpty: false,
  })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(directory)).toEqual(['incident.jsonl'])
})

test('a resumed run has the targets that have no final outcome, in order', async () => {
  const path = join(await temporaryDirectory(), 'incident.jsonl')
  await plannedLedger(path, 7)
  const first = await startLedger(path)
  for (let ordinal = 0; ordinal < 6; ordinal += 1) await first.recordSent(ordinal)
  await first.recordOutcome(outcomeOf(0))
  await first.recordOutcome(outcomeOf(1, 'not_found'))
  await first.recordOutcome(outcomeOf(2, 'forbidden'))
  await first.recordOutcome(outcomeOf(3, 'failed'))
  await first.recordOutcome(outcomeOf(4, 'unknown'))
  await first.close('interrupted')

  const second = await openLedger(path)
  expect(second.incident).toEqual({ type: 'incident', version: 1, ...INCIDENT })
  expect(second.repairedLine).toBeUndefined()
  expect(second.counts).toEqual({
    targets: 7,
    results: { revoked: 1, not_found: 1, forbidden: 1, failed: 1, unknown: 1 },
    pending: 3,
    sentWithoutOutcome: 1,
  })
  expect(await collect(second.pendingTargets())).toEqual(
    [4, 5, 6].map((ordinal) => ({ ordinal, target: targetOf(ordinal) })),
  )
  await second.close('finished')
})

test('a final outcome stays, whatever is recorded after it', async () => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 2)
  const ledger = await startLedger(path)
  await Promise.all([ledger.recordOutcome(outcomeOf(0)), ledger.recordSent(0)])
  await ledger.recordOutcome(outcomeOf(0, 'unknown'))
  await ledger.close('interrupted')
  expect((await reopened(path)).pending).toEqual([1])
})

test('records of one moment share a batch, and only what follows the plan is in batches', async () => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 3)
  const ledger = await startLedger(path)
  ledger.recordRateLimited(2)
  await Promise.all([0, 1, 2].map((ordinal) => ledger.recordSent(ordinal)))
  await ledger.close('finished')
  const types = (await readFile(path, 'utf8')).match(/(?<="type":")\w+/g) ?? []
  expect(types.join(' ').split(' synced ')).toEqual([
    'incident target target target planned',
    'started',
    'rate_limited sent sent sent',
    'stopped',
  ])
  expect((await collect(readLedger(path))).map(({ type }) => type)).toEqual(
    types.filter((type) => type !== 'synced'),
  )
})

test('a run in progress can be read, but not opened', async () => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 1)
  const ledger = await startLedger(path)
  await expect(openLedger(path)).rejects.toThrow(`${path} is in use by this process`)
  expect((await collect(readLedger(path))).at(-1)?.type).toBe('started')
  await ledger.close('finished')
  await (await openLedger(path)).close('finished')
})

test('a ledger stays locked from its plan to its run', async () => {
  const path = await pathOf('incident.jsonl')
  const { unlock } = await createLedger(path, INCIDENT, targetLines(2))
  await expect(openLedger(path)).rejects.toThrow(`${path} is in use by this process`)
  const ledger = await openLedger(path, unlock)
  await expect(openLedger(path)).rejects.toThrow('is in use by this process')
  await ledger.close('finished')
  await (await openLedger(path)).close('finished')
})

test('a ledger that is opened without a run stays as it is', async () => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 1)
  const text = await readFile(path, 'utf8')
  await (await openLedger(path)).close('interrupted')
  expect(await readFile(path, 'utf8')).toBe(text)
})

test('a ledger that was run by another name since it was opened is not run', async () => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 2)
  await link(path, `${path}.linked`)
  const opened = await openLedger(path)
  await recordedRun(`${path}.linked`)
  await expect(opened.start()).rejects.toThrow(
    `${path} was changed by another process meanwhile; resume it again`,
  )
  expect((await reopened(path)).pending).toEqual([1])
})

test('a symbolic link is the same ledger', async () => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 1)
  await symlink(path, `${path}.link`)
  const ledger = await openLedger(`${path}.link`)
  await expect(openLedger(path)).rejects.toThrow('is in use by this process')
  await ledger.close('finished')
})

test('an existing file is never overwritten', async () => {
  const path = await pathOf('incident.jsonl')
  await writeFile(path, 'something else')
  await expect(plannedLedger(path, 1)).rejects.toThrow(
    new LedgerError(`${path} exists, and is not a ledger; give the new ledger another name`),
  )
  expect(await readFile(path, 'utf8')).toBe('something else')
})

test('a file that appears while the plan is made is not overwritten either', async () => {
  const path = await pathOf('incident.jsonl')
  async function* lines(): AsyncGenerator<TargetLine> {
    yield* targetLines(3)
    await writeFile(path, 'something else')
  }
  await expect(planLedger(path, lines())).rejects.toThrow(`${path} exists`)
  expect(await readFile(path, 'utf8')).toBe('something else')
})

test('one bad line leaves no ledger behind, but the plan counts all of them', async () => {
  const directory = await temporaryDirectory()
  const path = join(directory, 'incident.jsonl')
  const plan = await planLedger(path, badLines(30))
  expect(plan).toMatchObject({
    targets: 30,
    skipped: { invalid: 30, duplicate: 30, unread: 0 },
    isRunnable: false,
    isEmpty: false,
  })
  expect(plan.problems).toHaveLength(20)
  expect(plan.problems.slice(0, 2)).toEqual([
    { line: 2, problem: 'is the same as line 1' },
    { line: 3, problem: 'member_id is missing' },
  ])
  expect(await readdir(directory)).toEqual([])
})

test('bad lines are skipped on request, and each is named in the ledger', async () => {
  const path = await pathOf('incident.jsonl')
  const plan = await planLedger(path, badLines(30), { skipInvalid: true })
  expect(plan).toMatchObject({ targets: 30, isRunnable: true })
  const records = await collect(readLedger(path))
  expect(records.at(-1)).toEqual({
    type: 'planned',
    targets: 30,
    skipped: { invalid: 30, duplicate: 30, unread: 0 },
  })
  const skipped = records.filter(({ type }) => type === 'skipped')
  expect(skipped).toHaveLength(60)
  expect(skipped.slice(-2)).toEqual([
    { type: 'skipped', line: 89, problem: 'is the same as line 88' },
    { type: 'skipped', line: 90, problem: 'member_id is missing' },
  ])
})

test('the ledger has where was searched in vain, and how many lists were not read', async () => {
  const path = await pathOf('incident.jsonl')
  const searched = { organization_id: 'o', connected_app_id: 'a' }
  async function* lines(): AsyncGenerator<TargetLine> {
    yield { line: 1, problem: 'has no list', isUnread: true }
    yield { line: 1, searched }
    yield* targetLines(1)
  }
  await planLedger(path, lines(), { skipInvalid: true })
  expect(await collect(readLedger(path))).toContainEqual({ type: 'searched', ...searched })
  const ledger = await openLedger(path)
  expect(ledger.skipped).toEqual({ invalid: 0, duplicate: 0, unread: 1 })
  expect(await collect(ledger.pendingTargets())).toEqual([{ ordinal: 0, target: targetOf(0) }])
  await ledger.close('interrupted')
})

test('a list that was not read to its end makes no plan, even if bad lines are skipped', async () => {
  const directory = await temporaryDirectory()
  async function* lines(): AsyncGenerator<TargetLine> {
    yield* targetLines(3)
    yield { line: 4, problem: 'has a quote that is not closed', isLast: true }
  }
  const path = join(directory, 'incident.jsonl')
  expect(await planLedger(path, lines(), { skipInvalid: true })).toMatchObject({
    targets: 3,
    isRunnable: false,
    isEmpty: false,
  })
  expect(await readdir(directory)).toEqual([])
})

test('a list without targets makes no plan', async () => {
  const directory = await temporaryDirectory()
  expect(await plannedLedger(join(directory, 'incident.jsonl'), 0)).toMatchObject({
    targets: 0,
    isRunnable: false,
    isEmpty: false,
  })
  expect(await readdir(directory)).toEqual([])
})

test('a list that cannot be read leaves no ledger behind, and its error is passed on', async () => {
  const directory = await temporaryDirectory()
  async function* lines(): AsyncGenerator<TargetLine> {
    yield* targetLines(3)
    throw new Error('the list broke off')
  }
  const path = join(directory, 'incident.jsonl')
  await expect(planLedger(path, lines())).rejects.toThrow('the list broke off')
  expect(await readdir(directory)).toEqual([])
})

test('a plan can be made without a ledger', async () => {
  expect(await planTargets(badLines(2))).toMatchObject({ targets: 2, isRunnable: false })
})

test('an unfinished plan of a killed process is replaced', async () => {
  const path = await pathOf('incident.jsonl')
  await writeFile(`${path}.planning`, 'half a plan')
  await plannedLedger(path, 2)
  expect((await reopened(path)).pending).toEqual([0, 1])
})

test('an unfinished plan that is a directory is named, and leaves no lock', async () => {
  const path = await pathOf('incident.jsonl')
  await mkdir(`${path}.planning`)
  await expect(plannedLedger(path, 2)).rejects.toThrow(
    new LedgerError(`${path}.planning cannot be replaced: it is a directory`),
  )
  expect(await readdir(dirname(path))).toEqual(['incident.jsonl.planning'])
})

test.each([
  ['is torn', '{"type":"outcome","ordinal":1,"resu'],
  ['has no line feed', JSON.stringify({ type: 'outcome', ...outcomeOf(1) })],
])('a last line that %s is removed, and that is said', async (_, line) => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 1000)
  await recordedRun(path)
  const text = await readFile(path, 'utf8')
  await appendFile(path, line)
  const pending = Array.from({ length: 999 }, (__, index) => index + 1)
  expect(await reopened(path)).toEqual({ pending, repairedLine: 1009 })
  expect(await readFile(path, 'utf8')).toBe(text)
  expect(await reopened(path)).toEqual({ pending, repairedLine: undefined })
})

test('a hole that a machine left in the last batch is removed with all that follows it', async () => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 1000)
  await recordedRun(path)
  const text = await readFile(path, 'utf8')
  const outcome = JSON.stringify({ type: 'outcome', ...outcomeOf(1) })
  await appendFile(path, `${'\0'.repeat(100)}\n${outcome}\n`)
  const { pending, repairedLine } = await reopened(path)
  expect(repairedLine).toBe(1009)
  expect(pending).toHaveLength(999)
  expect(await readFile(path, 'utf8')).toBe(text)
})

test.each([
  ['is not JSON', 'nonsense'],
  ['is of no known type', '{"type":"nonsense"}'],
  ['has an ordinal that the plan does not have', '{"type":"sent","ordinal":2,"at":1}'],
  ['has an unknown result', '{"type":"outcome","ordinal":1,"result":"gone"}'],
  [
    'belongs to a plan',
    '{"type":"planned","targets":2,"skipped":{"invalid":0,"duplicate":0,"unread":0}}',
  ],
])('a line before acknowledged ones that %s is damage, and not repaired', async (_, line) => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 2)
  await recordedRun(path)
  await appendFile(path, `${line}\n{"type":"synced"}\n`)
  const text = await readFile(path, 'utf8')
  await expect(openLedger(path)).rejects.toThrow(
    `${path} is damaged in line 11, and what follows was written later`,
  )
  expect(await readFile(path, 'utf8')).toBe(text)
})

test.each([
  ['of their own', '\n'],
  ['before a record', ''],
])('much damage before acknowledged records, in lines %s, is not repaired', async (_, end) => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 2)
  await recordedRun(path)
  const text = await readFile(path, 'utf8')
  // Before the last batch, which is `synced` and `stopped`.
  const middle = text.lastIndexOf('{"type":"synced"}')
  const damaged = `${text.slice(0, middle)}${'\0'.repeat(2_500_000)}${end}${text.slice(middle)}`
  await writeFile(path, damaged)
  await expect(openLedger(path)).rejects.toThrow(`${path} is damaged in line 9`)
  expect((await stat(path)).size).toBe(damaged.length)
  // What was lost at the end may be as long.
  await writeFile(path, `${text}${'\0'.repeat(2_500_000)}`)
  expect(await reopened(path)).toEqual({ pending: [1], repairedLine: 11 })
})

test('damage in the plan is never repaired', async () => {
  const path = await pathOf('incident.jsonl')
  await plannedLedger(path, 3)
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace('member-test-1', '../../member'))
  await expect(openLedger(path)).rejects.toThrow(`${path} is damaged in line 3`)
  await writeFile(path, text.replace(/.*member-test-1.*\n/, ''))
  await expect(openLedger(path)).rejects.toThrow(`${path} is damaged in line 4`)
  await writeFile(path, text)
  await truncate(path, text.length - 1)
  await expect(openLedger(path)).rejects.toThrow(`${path} is damaged in line 5`)
})

test.each([
  ['is missing', undefined, 'cannot be opened: there is no such file or directory'],
  ['is empty', '', 'has no complete plan'],
  ['is a list of targets', 'organization_id,member_id,connected_app_id\n', 'is not a ledger'],
  ['has no line feed', 'x'.repeat(3_000_000), 'is not a ledger'],
  ['has another version', '{"type":"incident","version":2,"createdAt":1}\n', 'version 2'],
  [
    'has no plan',
    `${JSON.stringify({ type: 'incident', version: 1, ...INCIDENT })}\n`,
    'has no complete plan',
  ],
])('a file that %s is rejected in one line, and unlocked', async (_, text, message) => {
  const directory = await temporaryDirectory()
  const path = join(directory, 'incident.jsonl')
  if (text !== undefined) await writeFile(path, text)
  const error: unknown = await openLedger(path).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(LedgerError)
  expect(String(error)).toContain(message)
  expect(String(error)).not.toContain('\n')
  expect(await readdir(directory)).toEqual(text === undefined ? [] : ['incident.jsonl'])
})

async function pathOf(name: string): Promise<string> {
  return join(await temporaryDirectory(), name)
}

/** A run that has the first target done: six lines after the four of the plan. */
async function recordedRun(path: string): Promise<void> {
  const ledger = await startLedger(path)
  await ledger.recordOutcome(outcomeOf(0))
  await ledger.close('interrupted')
}

/** What a resume would find. */
async function reopened(path: string) {
  const ledger = await openLedger(path)
  const pending = (await collect(ledger.pendingTargets())).map(({ ordinal }) => ordinal)
  await ledger.close('interrupted')
  return { pending, repairedLine: ledger.repairedLine }
}

/** For each target a duplicate, and a line that is none. */
async function* badLines(count: number): AsyncGenerator<TargetLine> {
  for (let ordinal = 0; ordinal < count; ordinal += 1) {
    const line = 3 * ordinal + 1
    yield { line, target: targetOf(ordinal) }
    yield { line: line + 1, target: targetOf(ordinal) }
    yield { line: line + 2, problem: 'member_id is missing' }
  }
}
