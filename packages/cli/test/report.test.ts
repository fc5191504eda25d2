import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type axe from 'axe-core'
import fc from 'fast-check'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { printable } from '../src/cli/terminal/printable.ts'
import type { LedgerRecord } from '../src/ledger/records.ts'
import type { Result } from '../src/outcome.ts'
import { renderMarkdown } from '../src/report/render-markdown.ts'
import { STATE_TEXTS } from '../src/report/describe.ts'
import { MAX_NOT_REVOKED, summarizeLedger } from '../src/report/summarize-ledger.ts'
import { Timeline } from '../src/report/timeline.ts'
import { runCli } from './support/run-cli.ts'

const executablePath = '/usr/bin/chromium'
const startedAt = Date.UTC(2026, 10, 27, 2)
const hostile =
  'www.tracker.example <img src="https://tracker.example/x" onerror="alert(1)"> | `x`\u001B[2J\u202E'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'connected-apps-'))
})

afterAll(() => rm(directory, { recursive: true }))

describe('a summary', () => {
  test('counts each target once, by its last outcome', async () => {
    const path = await writeLedger('summary.jsonl', 6, [
      { type: 'started', at: startedAt },
      ...outcomes(['revoked', 'unknown', 'not_found'], startedAt + 1000),
      { type: 'sent', ordinal: 3, at: startedAt + 1500 },
      { type: 'rate_limited', ordinal: 3, at: startedAt + 1500 },
      { type: 'rate_limited', ordinal: 3, at: startedAt + 1500 },
      { type: 'sent', ordinal: 4, at: startedAt + 1500 },
      // Killed; resumed an hour later.
      { type: 'started', at: startedAt + 3_600_000 },
      { type: 'rate_limited', ordinal: 1, at: startedAt + 3_600_100 },
      outcome(1, 'revoked', startedAt + 3_601_000),
      outcome(4, 'forbidden', startedAt + 3_602_000),
      // Nothing takes a final outcome away, as a ledger by another program might try.
      { type: 'sent', ordinal: 0, at: startedAt + 3_602_100 },
      { type: 'stopped', at: startedAt + 3_602_500, reason: 'interrupted' },
    ])
    const summary = await summarizeLedger(path)
    expect(summary).toMatchObject({
      targets: 6,
      counts: {
        revoked: 2,
        not_found: 1,
        forbidden: 1,
        failed: 0,
        unknown: 0,
        sent: 1,
        unsent: 1,
      },
      // Five of outcomes, and of those that were killed two that were limited, one without a response, and the last.
      requests: 9,
      rateLimited: 3,
      runs: [
        { startedAt, endedAt: startedAt + 1500, outcomes: 3, reason: undefined },
        { endedAt: startedAt + 3_602_500, outcomes: 2, reason: 'interrupted' },
      ],
      notRevoked: [
        { state: 'not_found', outcome: { reason: hostile } },
        { state: 'sent', outcome: undefined },
        { state: 'forbidden', target: { member_id: 'member-4' } },
        { state: 'unsent', outcome: undefined },
      ],
    })
    // The hour between the runs is left out.
    expect(summary.timeline.length).toBeLessThan(6)
    expect(summary.timeline.filter(({ isResumed }) => isResumed)).toHaveLength(1)
  })

  test('lists the first targets that were not revoked, and says how many more there are', async () => {
    const results = Array.from({ length: MAX_NOT_REVOKED + 7 }, (): Result => 'failed')
    const path = await writeLedger('many.jsonl', results.length, [
      { type: 'started', at: startedAt },
      ...outcomes(results, startedAt + 1),
      { type: 'stopped', at: startedAt + 2, reason: 'finished' },
    ])
    const summary = await summarizeLedger(path)
    expect(summary.notRevoked).toHaveLength(MAX_NOT_REVOKED)
    expect(STATE_TEXTS.unknown.meaning).toBe('no response decided it; a resume sends it again')
    expect(renderMarkdown(summary, printable)).toContain('And 7 more; the ledger has all of them.')
  })
})

describe('a timeline', () => {
  test('counts everything, in a bounded number of intervals, however long the runs and whatever the clock does', () => {
    const events = fc.array(
      fc.record({
        isStart: fc.boolean(),
        isLimited: fc.boolean(),
        at: fc.integer({ min: -10_000, max: 100_000_000 }),
        durationMs: fc.integer({ min: 0, max: 1_000_000 }),
      }),
    )
    fc.assert(
      fc.property(events, (list) => {
        const timeline = new Timeline()
        timeline.startRun(startedAt)
        for (const { isStart, isLimited, at, durationMs } of list) {
          if (isStart) timeline.startRun(startedAt + at)
          else if (isLimited) timeline.recordRateLimited(startedAt + at)
          else timeline.recordOutcome(startedAt + at, durationMs)
        }
        const intervals = timeline.intervals()
        expect(intervals.length).toBeLessThanOrEqual(120)
        const limited = list.filter(({ isStart, isLimited }) => !isStart && isLimited).length
        const ended = list.filter(({ isStart, isLimited }) => !isStart && !isLimited).length
        expect(intervals.reduce((sum, each) => sum + each.rateLimited, 0)).toBe(limited)
        expect(intervals.reduce((sum, each) => sum + each.outcomes, 0)).toBe(ended)
      }),
      { numRuns: 200 },
    )
  })

  test('has latencies that are right to a few per cent', () => {
    const timeline = new Timeline()
    timeline.startRun(startedAt)
    for (let index = 1; index <= 1000; index++) timeline.recordOutcome(startedAt + index, index)
    for (const quantile of [0.5, 0.95]) {
      const ratio = (timeline.latency(quantile) ?? 0) / (1000 * quantile)
      expect(ratio).toBeGreaterThan(0.93)
      expect(ratio).toBeLessThan(1.07)
    }
  })
})

describe('connected-apps report', () => {
  let ledger: string
  let html: string

  beforeAll(async () => {
    ledger = await writeLedger('report.jsonl', 400, [
      { type: 'started', at: startedAt },
      ...Array.from({ length: 150 }, (_, index) =>
        outcome(index, index === 7 ? 'forbidden' : 'revoked', startedAt + index * 100),
      ),
      { type: 'stopped', at: startedAt + 16_000, reason: 'interrupted' },
      { type: 'started', at: startedAt + 100_000 },
      { type: 'rate_limited', ordinal: 151, at: startedAt + 101_000 },
      ...Array.from({ length: 250 }, (_, index) =>
        outcome(150 + index, 'revoked', startedAt + 100_000 + index * 50),
      ),
      { type: 'stopped', at: startedAt + 113_000, reason: 'finished' },
    ])
    html = join(directory, 'report.html')
  })

  test('prints Markdown in which text of the ledger is only text', async () => {
    const { code, out, error } = await runCli(['report', ledger])
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain('**1 of 400 targets were not revoked.**')
    expect(out).toContain('| Revoked | 399 |')
    expect(out).toContain('\\<img src="https\\://tracker.example/x"')
    expect(out).not.toMatch(/https:|www\./) // which GitHub makes links of
    expect(out).not.toMatch(/[^\\]<img/)
    for (const each of ['\u001B', '\u202E']) expect(out).not.toContain(each)
    // Each row of a table has as many cells as its head.
    const widths = out.split('\n\n').filter((block) => block.startsWith('|'))
    for (const table of widths) {
      const cells = table.split('\n').map((row) => row.replaceAll('\\|', '').split('|').length)
      expect(new Set(cells).size).toBe(1)
    }
  })

  test.skipIf(!existsSync(executablePath))(
    'writes a page that is accessible, fits a phone, and loads nothing (needs /usr/bin/chromium)',
    { timeout: 60_000 },
    async () => {
      expect(await runCli(['report', ledger, '--html', html])).toMatchObject({ code: 0 })
      expect(await readFile(html, 'utf8')).not.toContain('<script')
      const browser = await chromium.launch({
        executablePath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      })
      try {
        for (const colorScheme of ['light', 'dark'] as const) {
          const page = await browser.newPage({ colorScheme, viewport: { width: 390, height: 800 } })
          const requests: string[] = []
          page.on('request', (request) => requests.push(request.url()))
          await page.goto(pathToFileURL(html).href)
          expect(requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1)
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
          expect(await page.getByRole('img', { name: 'Latency' }).count()).toBe(1)
          await page.getByText('The figures as a table').click()
          await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core') })
          const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
          expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
          await page.close()
        }
      } finally {
        await browser.close()
      }
    },
  )

  test('names a file that is not a ledger, with exit code 2', async () => {
    const path = join(directory, 'text.txt')
    await writeFile(path, 'not a ledger\n')
    const { code, error } = await runCli(['report', path])
    expect(code).toBe(2)
    expect(error).toMatch(/^connected-apps: .*text\.txt.*\n$/)
  })
})

function outcomes(results: readonly Result[], at: number): LedgerRecord[] {
  return results.map((result, ordinal) => outcome(ordinal, result, at))
}

function outcome(ordinal: number, result: Result, endedAt: number): LedgerRecord {
  const reason = result === 'revoked' ? undefined : hostile
  return { type: 'outcome', ordinal, result, reason, endedAt, durationMs: 20, attempts: 1 }
}

async function writeLedger(
  name: string,
  targets: number,
  records: readonly LedgerRecord[],
): Promise<string> {
  const path = join(directory, name)
  const plan: LedgerRecord[] = [
    {
      type: 'incident',
      version: 1,
      createdAt: startedAt,
      baseUrl: 'https://test.stytch.com',
      project_id: 'project-test-1',
      source: hostile,
    },
    ...Array.from({ length: targets }, (_, index): LedgerRecord => ({
      type: 'target',
      organization_id: 'organization-1',
      member_id: `member-${index}`,
      connected_app_id: 'connected-app-1',
    })),
    { type: 'planned', targets, skipped: { invalid: 0, duplicate: 0 } },
  ]
  const lines = [...plan, { type: 'synced' }, ...records].map((record) => JSON.stringify(record))
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}
