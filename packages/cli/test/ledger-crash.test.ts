import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { expect, onTestFailed, test } from 'vitest'
import { RUN_ENDS } from '../src/report/describe.ts'
import { summarizeLedger } from '../src/report/summarize-ledger.ts'
import { runUntilKilled } from '../../../scripts/run-until-killed.ts'
import { openLedger } from '../src/ledger/open-ledger.ts'
import { readLedger } from '../src/ledger/read-ledger.ts'
import { plannedLedger, temporaryDirectory } from './support/ledger.ts'

const KILLS = process.env['SOAK'] === 'true' ? 100 : 10
const TARGETS = 60 * KILLS
const program = fileURLToPath(new URL('support/ledger-process.ts', import.meta.url))

test('whenever a process is killed, no acknowledged outcome is lost, sent again, or skipped', async () => {
  const path = join(await temporaryDirectory(), 'incident.jsonl')
  await plannedLedger(path, TARGETS)
  const seed = Date.now()
  onTestFailed(() => console.error(`the seed of the kills was ${seed}`))
  const acknowledged = new Set<number>()
  const killAfter = fc.sample(fc.integer({ min: 0, max: 80 }), { seed, numRuns: KILLS })
  for (const lines of [...killAfter, undefined]) {
    const run = await runUntilKilled(process.execPath, [program, path], lines)
    expect(run.stderr).toBe('')
    expect(run.exitCode).toBe(lines === undefined ? 0 : null)
    const ordinals = run.lines.map(Number)
    // What a process printed was pending, so nobody had printed it before.
    expect(ordinals.filter((ordinal) => acknowledged.has(ordinal))).toEqual([])
    for (const ordinal of ordinals) acknowledged.add(ordinal)
    expect(await findFaults(path, acknowledged)).toEqual({ sentAgain: [], lost: [] })
  }
  const ledger = await openLedger(path)
  expect(ledger.counts).toMatchObject({ pending: 0, results: { revoked: TARGETS } })
  await ledger.close('finished')
  expect(await readdir(dirname(path))).toEqual([basename(path)])
})

/** The ordinals that were sent after their outcome, and those acknowledged without an outcome. */
async function findFaults(path: string, acknowledged: ReadonlySet<number>) {
  const done = new Set<number>()
  const sentAgain: number[] = []
  for await (const record of readLedger(path)) {
    if (record.type === 'sent' && done.has(record.ordinal)) sentAgain.push(record.ordinal)
    if (record.type === 'outcome') done.add(record.ordinal)
  }
  return { sentAgain, lost: [...acknowledged].filter((ordinal) => !done.has(ordinal)) }
}

// Mounting a small file system takes rights that tests do not have, and /dev/full cannot be renamed
// or locked. A limit of the size of files stops writing in the middle of a line too, and Node.js
// ignores the signal that comes with it.
test.skipIf(process.platform === 'win32')(
  'a full disk stops the run in one line, and a resume continues from what was acknowledged',
  async () => {
    const path = join(await temporaryDirectory(), 'incident.jsonl')
    await plannedLedger(path, TARGETS)
    const { size } = await stat(path)
    const blocks = Math.ceil(size / 512) + 30
    const limited = ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, program, path]
    const run = await runUntilKilled('sh', limited)
    expect(run.stderr).toBe(`${path} cannot be written: the file may not grow any more\n`)
    expect(run.exitCode).toBe(2)
    expect(run.lines.length).toBeGreaterThan(0)
    expect(run.lines.length).toBeLessThan(TARGETS)
    const acknowledged = new Set(run.lines.map(Number))
    expect(await findFaults(path, acknowledged)).toEqual({ sentAgain: [], lost: [] })
    const { runs } = await summarizeLedger(path)
    expect(runs.map(({ end }) => RUN_ENDS[end])).toEqual([
      'not recorded: killed, or the ledger could not be written',
    ])

    const resumed = await runUntilKilled(process.execPath, [program, path])
    expect(resumed).toMatchObject({ exitCode: 0, stderr: '' })
    for (const line of resumed.lines) {
      expect(acknowledged).not.toContain(Number(line))
      acknowledged.add(Number(line))
    }
    expect(acknowledged.size).toBe(TARGETS)
  },
)
