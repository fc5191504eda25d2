import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Target } from '../src/target.ts'
import type { TargetLine } from '../src/targets/parse-target.ts'
import { readInput } from '../src/files/read-input.ts'
import { readTargets } from '../src/targets/read-targets.ts'
import { SeenKeys } from '../src/targets/seen-keys.ts'
import { collect, temporaryDirectory } from './support/ledger.ts'
import { targetOf } from './support/outcome.ts'

const APP = targetOf(0).connected_app_id
const HEADER = 'organization_id,member_id,connected_app_id'

test('CSV is read with the columns in any order, and further ones', async () => {
  const text = `name,connected_app_id,"member_id",organization_id\nDoe,${APP},m1,o1\n"Doe, ""J""",${APP},m2,"o2"`
  expect(await read(text)).toEqual([
    { line: 2, target: target('o1', 'm1') },
    { line: 3, target: target('o2', 'm2') },
  ])
})

test('JSON lines are read, with further properties', async () => {
  const text = `\n{"member_id":"m1","organization_id":"o1","connected_app_id":"${APP}","name":{}}\r\n\n{"organization_id":"o2","member_id":"m2","connected_app_id":"${APP}"}`
  expect(await read(text)).toEqual([
    { line: 2, target: target('o1', 'm1') },
    { line: 4, target: target('o2', 'm2') },
  ])
})

test.each(['csv', 'jsonl'])('a byte order mark does no harm in %s', async (format) => {
  const [text, line] =
    format === 'csv' ? [`${HEADER}\no,m,${APP}\n`, 2] : [`${JSON.stringify(target('o', 'm'))}\n`, 1]
  expect(await read(`\uFEFF${text}`)).toEqual([{ line, target: target('o', 'm') }])
})

test('a row is named by the line in which it starts', async () => {
  const rows = ['"a\r\nb",o,m', '', '', ',o,..', '"\r\n\r\n",o,m2', ',o,']
  const lines = await read(['note,organization_id,member_id', ...rows].join('\r\n'), {
    connected_app_id: APP,
  })
  expect(lines.map(({ line }) => line)).toEqual([2, 6, 7, 10])
})

test.each([
  [{ connected_app_id: APP }, 'organization_id,member_id\no,m\n'],
  [{ connected_app_id: APP, organization_id: 'o' }, 'member_id\nm\n'],
  [{ connected_app_id: APP }, `${HEADER}\no,m,${APP}\n`],
  [{ connected_app_id: APP, organization_id: 'o' }, '\n{"member_id":"m"}\n'],
])('ids that hold for all targets may be left out: %j', async (defaults, text) => {
  expect(await read(text, defaults)).toEqual([{ line: 2, target: target('o', 'm') }])
})

test('an id other than the one that holds for all targets is a problem', async () => {
  expect(await read(`${HEADER}\no,m,other\n`, { connected_app_id: APP })).toEqual([
    { line: 2, problem: `connected_app_id "other" is not the given "${APP}"; correct one of them` },
  ])
})

test.each([
  ['the parent directory', '..', 'member_id ".." is malformed; one looks like member-test-'],
  ['the directory', '.', 'member_id "." is malformed; one looks like member-test-'],
  ['empty', '', 'member_id "" is malformed; one looks like member-test-'],
  ['indented', ' m', 'member_id " m" is malformed; one looks like member-test-'],
  ['a path', 'm/../n', 'member_id "m/../n" is malformed; one looks like member-test-'],
  [
    'an escape sequence',
    '\u001B[2Jm',
    String.raw`member_id "\u001b[2Jm" is malformed; one looks like member-test-`,
  ],
  [
    'written backwards',
    'm\u202En',
    String.raw`member_id "m\u202en" is malformed; one looks like member-test-`,
  ],
  [
    'too long',
    'x'.repeat(129),
    `member_id "${'x'.repeat(60)}…" is malformed; one looks like member-test-`,
  ],
])('an id that is %s is named, and cannot control a terminal', async (_, id, problem) => {
  const expected = [{ line: 2, problem: expect.stringContaining(problem) as string }]
  expect(await read(`${HEADER}\no,"${id}",${APP}\n`)).toEqual(expected)
  const object = JSON.stringify({ ...target('o', 'm'), member_id: id })
  expect(await read(`\n${object}\n`)).toEqual(expected)
})

test.each([
  ['not json', 'is not JSON'],
  ['[1]', 'is not a JSON object'],
  ['null', 'is not a JSON object'],
  ['{"organization_id":"o","member_id":7,"connected_app_id":"a"}', 'member_id 7 is not a string'],
  ['{"organization_id":"o"}', 'member_id is missing'],
  [
    '{"organization_id":"o","member_id":"m"}',
    'connected_app_id is missing; add it, or pass --connected-app-id',
  ],
])('the JSON line %j is a problem, and the lines after it are read', async (line, problem) => {
  const good = JSON.stringify(target('o', 'm'))
  expect(await read(`${good}\n${line}\n${good}\n`)).toEqual([
    { line: 1, target: target('o', 'm') },
    { line: 2, problem },
    { line: 3, target: target('o', 'm') },
  ])
})

test('a row with another number of fields is a problem, and the rows after it are read', async () => {
  expect(await read(`${HEADER}\no,m\no\no,m,${APP},x\no,m,${APP}`)).toEqual([
    { line: 2, problem: 'has 2 fields, and the header has 3' },
    { line: 3, problem: 'has 1 field, and the header has 3' },
    { line: 4, problem: 'has 4 fields, and the header has 3' },
    { line: 5, target: target('o', 'm') },
  ])
})

test.each([
  [
    'semicolons',
    'organization_id;member_id;connected_app_id\n',
    1,
    'has no column organization_id; ',
  ],
  ['a missing column', 'organization_id,member_id\no,m\n', 1, 'has no column connected_app_id; '],
  ['no header', `o,m,${APP}\n`, 1, 'has no column organization_id; the header must name'],
  ['two columns of a name', `${HEADER},member_id\n`, 1, 'has two columns member_id'],
  ['text after a quote', `${HEADER}\no,m,${APP}\no,"m"x,${APP}\n`, 3, 'has a quote where none may'],
  ['text before a quote', `${HEADER}\no,m"x",${APP}\n`, 2, 'has a quote where none may be'],
  ['an open quote', `${HEADER}\no,m,${APP}\no,"m,${APP}\no,n,${APP}\n`, 3, 'is not closed'],
  [
    'an open quote and much text',
    `${HEADER}\no,"m\n${'x'.repeat(70_000)}`,
    2,
    'is too long, or has',
  ],
  [
    'no line feeds',
    `${JSON.stringify(target('o', 'm'))}\n{${' '.repeat(1_100_000)}`,
    2,
    'is too long',
  ],
])('a file with %s is not read to its end, and that is said', async (_, text, line, problem) => {
  const last = (await read(text)).at(-1)
  expect(last).toEqual({ line, problem: expect.stringContaining(problem) as string, isLast: true })
})

test.each([
  ['little-endian', Buffer.from(`\uFEFF${HEADER}\n`, 'utf16le')],
  ['big-endian', Buffer.from(`\uFEFF${HEADER}\n`, 'utf16le').swap16()],
])('UTF-16 is named as such: %s', async (_, bytes) => {
  expect(await collect(readTargets(chunked(bytes, 1)))).toEqual([
    { line: 1, problem: 'is UTF-16; save the file as UTF-8', isLast: true },
  ])
})

test.each(['', '\n', '\uFEFF', HEADER])(
  'a file with nothing in it has no targets: %j',
  async (text) => {
    expect(await read(text)).toEqual([])
  },
)

const id = fc.stringMatching(/^[A-Za-z0-9_|-]{1,20}$/)
const note = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r\n', ' ', 'é') })
const ids = fc.array(fc.tuple(id, id), { maxLength: 20 })

test('any targets survive CSV with any quoting, line ends and chunks', async () => {
  const row = fc.tuple(id, id, note, fc.boolean(), fc.nat({ max: 2 }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 20 }),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 40 }),
      async (rows, end, chunkBytes) => {
        let csv = `note,organization_id,member_id${end}`
        const expected: TargetLine[] = []
        for (const [organization, member, text, isQuoted, blankLines] of rows) {
          csv += end.repeat(blankLines)
          expected.push({ line: csv.split('\n').length, target: target(organization, member) })
          const quoted = `"${text.replaceAll('"', '""')}"`
          csv += `${quoted},${isQuoted ? `"${organization}"` : organization},${member}${end}`
        }
        const source = chunked(Buffer.from(csv), chunkBytes)
        expect(await collect(readTargets(source, { connected_app_id: APP }))).toEqual(expected)
      },
    ),
  )
})

test('any targets survive JSON lines with any chunks', async () => {
  await fc.assert(
    fc.asyncProperty(ids, fc.integer({ min: 1, max: 40 }), async (pairs, chunkBytes) => {
      const targets = pairs.map(([organization, member]) => target(organization, member))
      const text = targets.map((each) => `${JSON.stringify({ name: 'é\u{1F512}', ...each })}\n`)
      const source = chunked(Buffer.from(text.join('')), chunkBytes)
      expect(await collect(readTargets(source))).toEqual(
        targets.map((each, index) => ({ line: index + 1, target: each })),
      )
    }),
  )
})

test('a source that breaks off passes its error on', async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${HEADER}\no,m,${APP}\n`)
    throw new Error('the disk broke off')
  }
  await expect(collect(readTargets(source()))).rejects.toThrow('the disk broke off')
})

test('blank space at the start is copied a few times at most, however many chunks it comes in', async () => {
  const concat = vi.spyOn(Buffer, 'concat')
  onTestFinished(() => concat.mockRestore())
  async function* source() {
    for (let chunk = 0; chunk < 2000; chunk += 1) yield Buffer.from('\n')
    yield Buffer.from(`${HEADER}\no,m,${APP}\n`)
  }
  expect(await collect(readTargets(source()))).toEqual([{ line: 2002, target: target('o', 'm') }])
  const copied = concat.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0) // of Buffer.concat
  expect(copied).toBeLessThan(3 * 2100)
})

test('a source is closed when no more of it is read', async () => {
  for (const first of [`${HEADER}\n`, '']) {
    let isClosed = false
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from(first)
        for (;;) yield Buffer.from(first ? `o,m,${APP}\n` : `${JSON.stringify(target('o', 'm'))}\n`)
      } finally {
        isClosed = true
      }
    }
    for await (const each of readTargets(source())) {
      expect(each).toHaveProperty('target')
      break
    }
    await expect.poll(() => isClosed).toBe(true)
  }
})

test('a file is read, and one that is not there is named', async () => {
  const path = join(await temporaryDirectory(), 'targets.csv')
  await expect(collect(readInput(path))).rejects.toThrow(
    `${path} cannot be read: there is no such file or directory`,
  )
  await writeFile(path, `${HEADER}\no,m,${APP}\n`)
  expect(await collect(readTargets(readInput(path)))).toHaveLength(1)
})

test.each(['lines', 'count'] as const)('keys are found again in any order, for %s', (use) => {
  const keys = fc.array(fc.nat({ max: 6000 }), { minLength: 6000, maxLength: 8000 })
  fc.assert(
    fc.property(keys, (numbers) => {
      const seen = new SeenKeys(use, 16)
      const lines = new Map<number, number>()
      const mismatches = numbers.filter((number, index) => {
        const firstLine = lines.get(number)
        if (firstLine === undefined) lines.set(number, index + 1)
        const expected = firstLine !== undefined && use === 'count' ? 0 : firstLine
        return seen.add(`key ${number}`, index + 1) !== expected
      })
      expect(mismatches).toEqual([])
      expect(seen.size).toBe(lines.size)
    }),
    { numRuns: 10 },
  )
})

function target(organization: string, member: string): Target {
  return { organization_id: organization, member_id: member, connected_app_id: APP }
}

async function read(text: string, defaults: Partial<Target> = {}): Promise<TargetLine[]> {
  return await collect(readTargets(chunked(Buffer.from(text), 16_384), defaults))
}

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}
