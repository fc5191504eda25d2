import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type axe from 'axe-core'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { printable } from '../src/cli/terminal/printable.ts'
import { nameProcess } from '../src/ledger/lock.ts'
import { LedgerError } from '../src/ledger/ledger-error.ts'
import type { LedgerRecord } from '../src/ledger/records.ts'
import type { Result } from '../src/outcome.ts'
import { renderHtml } from '../src/report/render-html.ts'
import { renderMarkdown } from '../src/report/render-markdown.ts'
import { headlineOf, STATE_TEXTS } from '../src/report/describe.ts'
import { MAX_NOT_REVOKED, summarizeLedger } from '../src/report/summarize-ledger.ts'
import { runCli } from './support/run-cli.ts'

const executablePath = '/usr/bin/chromium'
const axePath = createRequire(import.meta.url).resolve('axe-core')
/** What HTML that got into the page could do. */
const INJECTED_SCRIPT = `
  const script = document.createElement('script')
  script.textContent = 'globalThis.hasRun = true'
  document.body.append(script)
  globalThis.hasRun`
const startedAt = Date.UTC(2026, 10, 27, 2)
const hostile =
  'www.tracker.example <img src="https://tracker.example/x" onerror="alert(1)"> | `x`\u001B[2J\u202E'

/** What a check counts that read three lists without a Member. */
const NOBODY = {
  lists: 3,
  again: 0,
  still: 0,
  unlisted: 0,
  unknown: 0,
  unread: 0,
  notRequested: 0,
}

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'connected-apps-'))
})

afterAll(() => rm(directory, { recursive: true }))

describe('a summary', () => {
  test('counts each target once, by its last outcome', async () => {
    const path = await writeLedger('summary.jsonl', 6, [
      { type: 'started', process: '', at: startedAt },
      ...outcomes(['revoked', 'unknown', 'not_found'], startedAt + 1000),
      { type: 'sent', ordinal: 3, at: startedAt + 1500 },
      { type: 'rate_limited', ordinal: 3, at: startedAt + 1500 },
      { type: 'rate_limited', ordinal: 3, at: startedAt + 1500 },
      { type: 'sent', ordinal: 4, at: startedAt + 1500 },
      // Killed; resumed an hour later.
      { type: 'started', process: '', at: startedAt + 3_600_000 },
      { type: 'rate_limited', ordinal: 1, at: startedAt + 3_600_100 },
      outcome(1, 'revoked', startedAt + 3_601_000),
      outcome(4, 'forbidden', startedAt + 3_602_000),
      // Nothing takes a final outcome away, as a ledger by another program might try.
      { type: 'sent', ordinal: 0, at: startedAt + 3_602_100 },
      { type: 'stopped', process: '', at: startedAt + 3_602_500, reason: 'interrupted' },
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
        { startedAt, endedAt: startedAt + 1500, outcomes: 3, end: 'killed' },
        { endedAt: startedAt + 3_602_500, outcomes: 2, end: 'interrupted' },
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

  test('lists the first targets that were not revoked, and how many more there are', async () => {
    const results = Array.from({ length: MAX_NOT_REVOKED + 7 }, (): Result => 'failed')
    const path = await writeLedger('many.jsonl', results.length, [
      { type: 'started', process: '', at: startedAt },
      ...outcomes(results, startedAt + 1),
      { type: 'stopped', process: '', at: startedAt + 2, reason: 'finished' },
    ])
    const summary = await summarizeLedger(path)
    expect(summary.notRevoked).toHaveLength(MAX_NOT_REVOKED)
    expect(STATE_TEXTS.unknown.meaning).toBe(
      'no attempt had a conclusive response; a resume sends it again',
    )
    expect(renderMarkdown(summary, printable)).toContain('And 7 more; the ledger has all of them.')
  })

  test('shortens apps and reasons part by part, so that the end of each is kept', async () => {
    const apps = Array.from({ length: 21 }, (_, index): LedgerRecord => ({
      type: 'app',
      connected_app_id: `connected-app-live-${index}`,
      name: 'Notes',
    }))
    const path = await writeLedger('long.jsonl', 1, [
      { type: 'started', process: '', at: startedAt },
      {
        type: 'outcome',
        ordinal: 0,
        result: 'failed',
        reason: `${'long '.repeat(100)}request-id-1`,
        request_id: 'request-id-1',
        endedAt: startedAt + 1,
        durationMs: 20,
        attempts: 1,
      },
      ...apps,
    ])
    const summary = await summarizeLedger(path)
    for (const report of [renderMarkdown(summary, printable), renderHtml(summary, printable)]) {
      expect(report).toMatch(/Notes \(connected-app-live-18\) and others/)
      expect(report).toMatch(/long… request-id-1/)
    }
  })

  test('counts the revoked and those that the API does not know, and names the command to verify', async () => {
    const results: Result[] = ['revoked', 'not_found', 'revoked', 'not_found', 'revoked']
    const path = await writeLedger('headline.jsonl', results.length, [
      { type: 'started', process: '', at: startedAt },
      ...outcomes(results, startedAt + 1),
    ])
    expect(headlineOf(await summarizeLedger(path))).toEqual({
      tone: 'warning',
      text: '3 of 5 targets are revoked; the API does not know 2. Not verified yet: run npx @connected-apps/cli verify to list who is connected.',
    })
    // GitHub would make a mention of it.
    expect(renderMarkdown(await summarizeLedger(path), printable)).not.toMatch(/[^\\]@/)
  })
})

describe('a verification', () => {
  const counts = NOBODY
  const run: LedgerRecord[] = [
    { type: 'started', process: '', at: startedAt },
    outcome(0, 'revoked', startedAt + 1000),
    { type: 'stopped', process: '', at: startedAt + 65_000, reason: 'finished' },
  ]
  const verified = (differences: Partial<typeof counts> = {}): LedgerRecord => ({
    type: 'verified',
    at: startedAt + 70_000,
    counts: { ...counts, ...differences },
    connected: [],
  })

  test.each<[what: string, records: LedgerRecord[], tone: string, headline: string]>([
    ['that was not made', run, 'success', 'Not verified yet: run npx @connected-apps/cli verify'],
    [
      'of everybody',
      [...run, verified()],
      'success',
      'Nobody was connected at 2026-11-27 02:01:10',
    ],
    [
      'that found somebody',
      [...run, verified({ again: 2, unlisted: 1 })],
      'danger',
      '3 Members were connected at 2026-11-27 02:01:10 UTC.',
    ],
    [
      'that is incomplete',
      [...run, verified({ unread: 1 })],
      'warning',
      'but not every list could',
    ],
    [
      'that read nothing, of the only check,',
      [...run, verified({ lists: 0, unread: 3 })],
      'success',
      'Not verified yet',
    ],
    [
      'that read nothing, after a complete one,',
      [...run, verified(), verified({ lists: 0, unread: 3 })],
      'success',
      'Nobody was connected at 2026-11-27 02:01:10',
    ],
    [
      'that missed lists, after a complete one,',
      [...run, verified(), verified({ lists: 2, notRequested: 1 })],
      'success',
      'Nobody was connected at 2026-11-27 02:01:10',
    ],
    [
      'that missed lists and found somebody, after a complete one,',
      [...run, verified(), verified({ lists: 2, notRequested: 1, again: 1 })],
      'danger',
      '1 Member was connected',
    ],
    [
      'that missed lists, after one before the last run,',
      [...run, verified(), ...run, verified({ lists: 2, notRequested: 1 })],
      'warning',
      'but not every list could',
    ],
    ['before the last run', [...run, verified(), ...run], 'success', 'Not verified since the last'],
    ['that was repeated', [...run, verified({ again: 2 }), verified()], 'success', 'Nobody was'],
  ])('%s is in the headline', async (_, records, tone, headline) => {
    const summary = await summarizeLedger(await writeLedger('verified.jsonl', 1, records))
    expect(headlineOf(summary).tone).toBe(tone)
    expect(headlineOf(summary).text).toContain(headline)
  })

  test('is in the report with those who are connected, the name of the app and the duration', async () => {
    const connected = ['again', 'still', 'unlisted'] as const
    const path = await writeLedger('connected.jsonl', 1, [
      ...run,
      { type: 'app', connected_app_id: 'connected-app-live-'.padEnd(48, '0'), name: hostile },
      {
        type: 'verified',
        at: startedAt + 70_000,
        stopped: 'the server seems to be down',
        counts: { ...counts, again: 1, still: 1, unlisted: 5, notRequested: 2 },
        connected: connected.map((each) => ({
          connected: each,
          organization_id: 'o',
          member_id: hostile,
          connected_app_id: 'a',
        })),
      },
    ])
    const summary = await summarizeLedger(path)
    const markdown = renderMarkdown(summary, printable)
    expect(markdown).toContain('| again | o | www\\.tracker.example')
    expect(markdown).toContain('And 4 more; verify lists all of them.')
    expect(markdown).toContain(
      '2 lists not requested: somebody there may be connected. Stopped: the server seems to be down. Read 3',
    )
    expect(markdown).toContain('| Duration | 1 min 05 s |')
    expect(markdown).toMatch(/^\| Connected App \| www\\\.tracker.*\(connected-app-live-0+\) \|$/m)
    expect(markdown).toContain('UTC, after the last run. 2 lists not requested')
    const html = renderHtml(summary, printable)
    expect(html).toContain('<td data-heading="Connected">still</td>')
    expect(html).not.toContain('<img')
  })

  test('that failed leaves the last complete one in the report, and is mentioned', async () => {
    const path = await writeLedger('failed-check.jsonl', 1, [
      ...run,
      verified(),
      {
        type: 'verified',
        at: startedAt + 80_000,
        stopped: 'the API rejects the credentials',
        counts: { ...counts, lists: 0, unread: 1, notRequested: 2 },
        connected: [],
      },
    ])
    const summary = await summarizeLedger(path)
    for (const report of [renderMarkdown(summary, printable), renderHtml(summary, printable)]) {
      expect(report).toContain('Read 3 lists, one for each Organization and app: nobody is')
      expect(report).toContain(
        'A later check at 2026-11-27 02:01:20 UTC failed: the API rejects the credentials; it read 0 lists.',
      )
    }
  })

  test('before the last run leaves out whom it found', async () => {
    const still = { connected: 'still', organization_id: 'o', member_id: 'm-1' } as const
    const path = await writeLedger('outdated.jsonl', 1, [
      {
        type: 'verified',
        at: startedAt - 1000,
        counts: { ...counts, still: 1 },
        connected: [{ ...still, connected_app_id: 'a' }],
      },
      ...run,
    ])
    const summary = await summarizeLedger(path)
    for (const report of [renderMarkdown(summary, printable), renderHtml(summary, printable)]) {
      expect(report).toContain('before the last run: verify again.')
      expect(report).not.toContain('m-1')
      expect(report).not.toContain('Resume with')
    }
  })

  test('before any run is not said to be after the last one', async () => {
    const summary = await summarizeLedger(await writeLedger('early.jsonl', 1, [verified()]))
    for (const report of [renderMarkdown(summary, printable), renderHtml(summary, printable)]) {
      expect(report).toContain('Checked at 2026-11-27 02:01:10 UTC, before any run.')
      expect(report).not.toContain('the last run')
    }
  })
})

describe('a report during a run', () => {
  test('shows that it is in progress, and calls no target ended by the run', async () => {
    const path = await writeLedger('running.jsonl', 3, [
      { type: 'started', process: await nameProcess(), at: startedAt },
      outcome(0, 'revoked', startedAt + 1000),
      { type: 'sent', ordinal: 1, at: startedAt + 1000 },
    ])
    const summary = await summarizeLedger(path)
    expect(headlineOf(summary)).toEqual({
      tone: 'warning',
      text: 'A run is in progress: 2 of 3 targets remain.',
    })
    for (const report of [renderMarkdown(summary, printable), renderHtml(summary, printable)]) {
      expect(report).toContain('In flight')
      expect(report).toContain('Not sent yet')
      expect(report).toContain('still running')
      expect(report).toContain('ot revoked yet')
      expect(report).not.toMatch(/the run ended|resume (the|sends)/i)
    }
  })

  test('has the same sections in the same order in both formats, and lists last', async () => {
    const path = await writeLedger('sections.jsonl', 2, [
      { type: 'started', process: '', at: startedAt },
      outcome(0, 'revoked', startedAt + 1000),
      { type: 'stopped', process: '', at: startedAt + 2000, reason: 'interrupted' },
      {
        type: 'verified',
        at: startedAt + 3000,
        counts: { ...NOBODY, still: 1 },
        connected: [
          { connected: 'still', organization_id: 'o', member_id: 'm', connected_app_id: 'a' },
        ],
      },
      { type: 'app', connected_app_id: 'connected-app-live-'.padEnd(48, '0'), name: 'Notes' },
    ])
    const summary = await summarizeLedger(path)
    const [markdown, html] = [renderMarkdown(summary, printable), renderHtml(summary, printable)]
    const sections = ['Results', 'Verification', 'The incident', 'Run', 'Timeline']
    const lists = ['Members who are connected', 'Not revoked']
    const found = [markdown.matchAll(/^## (.*)$/gm), html.matchAll(/<h2.*>(.*)<\/h2>/g)].map(
      (all) => Array.from(all, ([, heading = '']) => heading),
    )
    for (const headings of found) {
      expect(headings).toEqual(
        [...sections, ...lists].map((each) => expect.stringMatching(new RegExp(each, 'i'))),
      )
    }
    expect(markdown).toMatch(/^# Incident report: Notes \(/)
    expect(html).toContain('Incident report: Notes (')
    expect(markdown).toContain('| Started | Took | Targets | End |')
    expect(html).toContain('<strong>Rate-limited responses (429)</strong>: none')
    expect(html).toContain('<span>0 s</span><span>1 s</span><span>2 s</span>')
    expect(markdown).toContain('Resume with: npx')
  })
})

describe('connected-apps report', () => {
  let ledger: string
  let html: string

  beforeAll(async () => {
    ledger = await writeLedger('report.jsonl', 400, [
      { type: 'started', process: '', at: startedAt },
      ...Array.from({ length: 150 }, (_, index) =>
        outcome(index, index === 7 ? 'forbidden' : 'revoked', startedAt + index * 100),
      ),
      { type: 'stopped', process: '', at: startedAt + 16_000, reason: 'interrupted' },
      { type: 'started', process: '', at: startedAt + 100_000 },
      { type: 'rate_limited', ordinal: 151, at: startedAt + 101_000 },
      ...Array.from({ length: 250 }, (_, index) =>
        outcome(150 + index, 'revoked', startedAt + 100_000 + index * 50),
      ),
      { type: 'stopped', process: '', at: startedAt + 113_000, reason: 'finished' },
      {
        type: 'verified',
        at: startedAt + 120_000,
        counts: { ...NOBODY, lists: 1, again: 1 },
        connected: [
          {
            connected: 'again',
            organization_id: 'organization-live-'.padEnd(48, '0'),
            member_id: 'member-0',
            connected_app_id: 'connected-app-live-'.padEnd(48, '0'),
          },
        ],
      },
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
          const page = await browser.newPage({
            colorScheme,
            viewport: { width: 1280, height: 800 },
          })
          const requests: string[] = []
          page.on('request', (request) => requests.push(request.url()))
          await page.goto(pathToFileURL(html).href)
          expect(requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1)
          const reason = page.getByRole('cell', { name: 'tracker.example' }).last()
          expect((await reason.boundingBox())?.width).toBeGreaterThan(300)
          await page.setViewportSize({ width: 390, height: 800 })
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
          for (const name of ['Runs', 'Targets that were not revoked', 'Connected Members']) {
            const table = page.getByRole('region', { name, exact: true })
            expect(await table.evaluate((each) => each.scrollWidth - each.clientWidth)).toBe(0)
          }
          expect(await page.getByRole('img', { name: 'Latency' }).count()).toBe(1)
          await page.getByText('The figures as a table').click()
          // The page's policy holds for its own scripts, and not for the test's.
          expect(await page.evaluate(INJECTED_SCRIPT)).toBeUndefined()
          await page.evaluate(await readFile(axePath, 'utf8'))
          const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
          expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
          await page.close()
        }
      } finally {
        await browser.close()
      }
    },
  )

  test('writes the page over an earlier one, and over no other file, under whichever name', async () => {
    const text = await readFile(ledger, 'utf8')
    const link = join(directory, 'link.html')
    await symlink(ledger, link)
    const other = await writeLedger('other.jsonl', 1, [])
    const list = join(directory, 'organizations.txt')
    await writeFile(list, 'organization-1\n')
    for (const page of [ledger, link, other, list]) {
      const { code, out, error } = await runCli(['report', ledger, '--html', page])
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(error).toMatch(
        /--html .* exists and is not a page of this command; give the page another name/,
      )
    }
    expect(await readFile(ledger, 'utf8')).toBe(text)
    expect(await readFile(other, 'utf8')).toContain('"type":"incident"')
    expect(await readFile(list, 'utf8')).toBe('organization-1\n')
    const page = join(directory, 'twice.html')
    expect(await runCli(['report', other, '--html', page])).toMatchObject({ code: 0 })
    expect(await runCli(['report', ledger, '--html', page])).toMatchObject({ code: 0 })
    expect(await readFile(page, 'utf8')).toContain('400 targets')
  })

  test.each<[what: string, find: string | RegExp, put: string]>([
    ['a number that is HTML', '"invalid":0', '"invalid":"<img src=x>"'],
    ['attempts that are HTML', '"attempts":1', '"attempts":"<script>"'],
    ['no count of what was left out', /,"skipped":\{[^}]*\}/, ''],
    ['an outcome without a time', /,"endedAt":\d+/, ''],
    ['a time beyond all dates', /"endedAt":\d+/, '"endedAt":9000000000000000'],
    ['a start beyond all dates', /"at":\d+/, '"at":9000000000000000'],
    ['a latency that is none', '"durationMs":20', '"durationMs":"20"'],
    ['a reason that is an object', '"attempts":1', '"attempts":1,"reason":{}'],
    ['a status that is text', '"attempts":1', '"attempts":1,"status_code":"<b>"'],
    ['an end of no known kind', '"reason":"finished"', '"reason":"<b>"'],
    ['a verification that is HTML', '"lists":1', '"lists":"<b>"'],
    ['a Member who is connected in no known way', '"again",', '"<b>",'],
    ['a name that is an object', '"name":""', '"name":{}'],
    ['no server', /"baseUrl":"[^"]*",/, ''],
    ['a project that is a number', /"project_id":"[^"]*"/, '"project_id":1'],
    ['no source', /,"source":"(\\.|[^"])*"/, ''],
    ['a plan beyond all dates', /"createdAt":\d+/, '"createdAt":9000000000000000'],
  ])('reads no ledger with %s', async (_, find, put) => {
    const path = await writeLedger('hostile.jsonl', 1, [
      { type: 'started', process: '', at: startedAt },
      outcome(0, 'revoked', startedAt + 1),
      { type: 'stopped', process: '', at: startedAt + 2, reason: 'finished' },
      { type: 'app', connected_app_id: 'a', name: '' },
      {
        type: 'verified',
        at: startedAt,
        counts: { ...NOBODY, lists: 1, again: 1 },
        connected: [
          { connected: 'again', organization_id: 'o', member_id: 'm', connected_app_id: 'a' },
        ],
      },
      { type: 'synced' },
    ])
    const text = await readFile(path, 'utf8')
    const changed = text.replace(find, put)
    expect(changed).not.toBe(text)
    await writeFile(path, changed)
    await expect(summarizeLedger(path)).rejects.toBeInstanceOf(LedgerError)
  })

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
      organization_id: 'organization-live-'.padEnd(48, '0'),
      member_id: `member-${index}`,
      connected_app_id: 'connected-app-live-'.padEnd(48, '0'),
    })),
    { type: 'planned', targets, skipped: { invalid: 0, duplicate: 0, unread: 0 } },
  ]
  const lines = [...plan, { type: 'synced' }, ...records].map((record) => JSON.stringify(record))
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}
