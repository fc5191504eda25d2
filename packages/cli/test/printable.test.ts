import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonLine, printable, quoteArgument } from '../src/cli/terminal/printable.ts'
import { renderProgress } from '../src/cli/revoke-all/progress.ts'
import { renderTable } from '../src/cli/list.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 400 })
const controlling = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u

test('nothing that is printed controls a terminal, reorders text or is invisible', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(printable(text)).not.toMatch(controlling)
      expect(quoteArgument(text)).not.toMatch(controlling)
      expect(renderTable(['A'], [[text]]).split('\n')).toHaveLength(3)
    }),
  )
  expect(printable('a\u200Bb\u00AD\u3164\uFE0F')).toBe('a\\u{200b}b\\u{ad}\\u{3164}\\u{fe0f}')
  expect(printable('日本 – ok')).toBe('日本 – ok')
  expect(printable('x'.repeat(999))).toHaveLength(300)
})

test('a path is quoted so that a shell takes it as it is, and a command as no option', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      fc.pre(!name.includes('\0'))
      const printf = ['-c', `printf %s ${quoteArgument(name)}`]
      const printed = execFileSync('/bin/bash', printf, { encoding: 'utf8' })
      expect(printed).toBe(name.startsWith('-') ? `./${name}` : name)
    }),
    {
      numRuns: 20,
      examples: [['-x'], ['x'.repeat(999)], ["it's\u001B[2J\n\u200B.jsonl"], ['~'], ['日本']],
    },
  )
})

test('a line of JSON is one line, has no such characters, and means the same', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const line = jsonLine({ text })
      expect(line.slice(0, -1)).not.toMatch(controlling)
      expect(line.endsWith('}\n')).toBe(true)
      expect(JSON.parse(line)).toEqual({ text })
    }),
  )
})

test('columns of a table line up, also with wide characters', () => {
  expect(
    renderTable(
      ['NAME', 'ID'],
      [
        ['日本', 'a'],
        ['Notes', 'b'],
      ],
    ),
  ).toBe('NAME   ID\n日本   a\nNotes  b\n')
})

test('the progress says what is done, at which rate, what went wrong, and the time that is left', () => {
  const state = { done: 4200, total: 10_000, rate: 100, rateLimited: 3, notRevoked: 12, unknown: 0 }
  expect(renderProgress(state)).toBe(
    '42%, 4,200 of 10,000, 100 per second, 3 rate-limited, 12 not revoked, 58 s left',
  )
  const at = Date.UTC(2026, 10, 27, 3, 4, 5)
  expect(renderProgress({ ...state, pausedUntil: at })).toBe(
    '42%, 4,200 of 10,000, 3 rate-limited, 12 not revoked, paused until 2026-11-27 03:04:05 UTC',
  )
  expect(renderProgress({ ...state, failure: { status_code: undefined, forMs: 12_000 } })).toBe(
    '42%, 4,200 of 10,000, 3 rate-limited, 12 not revoked, no response for 12 s; retrying',
  )
  expect(renderProgress({ ...state, failure: { status_code: 503, forMs: 12_000 } })).toMatch(
    /not revoked, only 503s for 12 s; retrying$/,
  )
  expect(
    renderProgress({ ...state, unknown: 5, failure: { status_code: 200, forMs: 12_000 } }),
  ).toMatch(
    /not revoked, 5 unknown, something other than the API responds \(200\) for 12 s; retrying$/,
  )
  const start = {
    done: 0,
    total: 10_000,
    rate: undefined,
    rateLimited: 0,
    notRevoked: 0,
    unknown: 0,
  }
  expect(renderProgress(start)).toBe('0%, 0 of 10,000')
  expect(renderProgress({ ...start, done: 10_000, rate: 98 })).toBe('100%, 10,000 of 10,000')
})
