import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openLedger } from '../src/ledger/open-ledger.ts'
import type { Ledger } from '../src/ledger/open-ledger.ts'
import type { Result } from '../src/outcome.ts'
import { collect, plannedLedger, startLedger, temporaryDirectory } from './support/ledger.ts'
import { outcomeOf } from './support/outcome.ts'

const TARGETS = 6
const FINAL_RESULTS = ['revoked', 'not_found', 'forbidden', 'failed'] as const

/** What a run records of a target, or that it waits until all is on disk. */
type Step = 'wait' | { ordinal: number; what: 'sent' | 'rate_limited' | Result }

const steps = fc.array(
  fc.oneof(
    fc.constant<Step>('wait'),
    fc.record({
      ordinal: fc.nat({ max: TARGETS - 1 }),
      what: fc.constantFrom('sent', 'rate_limited', 'unknown', ...FINAL_RESULTS),
    }),
  ),
  { maxLength: 12 },
)

/** What a machine that dies may leave of the records that were on their way to the disk. */
const crash = fc.record({
  moment: fc.nat(),
  keptBytes: fc.nat(),
  hole: fc.option(fc.record({ start: fc.nat(), length: fc.nat({ max: 400 }) })),
})

/** A moment at which all that was recorded is on disk: how long the file is, and which targets are done. */
interface Moment {
  bytes: number
  done: ReadonlySet<number>
}

test('at whichever byte a ledger is cut, no acknowledged target is pending, and none is lost', async () => {
  const path = join(await temporaryDirectory(), 'incident.jsonl')
  await plannedLedger(path, TARGETS)
  const plan = await readFile(path)
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: 1, maxLength: 3 }),
      crash,
      async (runs, { moment, keptBytes, hole }) => {
        await writeFile(path, plan)
        const moments: Moment[] = [{ bytes: plan.length, done: new Set() }]
        for (const run of runs) await record(path, run, moments)

        const index = moment % (moments.length - 1)
        const [before, after] = moments.slice(index)
        if (!before || !after) throw new Error('there is no such moment')
        const atRisk = after.bytes - before.bytes
        const left = (await readFile(path)).subarray(0, before.bytes + (keptBytes % (atRisk + 1)))
        if (hole) {
          const start = before.bytes + (hole.start % (atRisk + 1))
          if (start < left.length) left.fill(0, start, Math.min(start + hole.length, left.length))
        }
        await writeFile(path, left)

        const ledger = await openLedger(path)
        const pending = (await collect(ledger.pendingTargets())).map(({ ordinal }) => ordinal)
        await ledger.close('interrupted')
        expect(ledger.counts.pending).toBe(pending.length)
        expect(pending.filter((ordinal) => before.done.has(ordinal))).toEqual([])
        for (let ordinal = 0; ordinal < TARGETS; ordinal += 1) {
          if (!after.done.has(ordinal)) expect(pending).toContain(ordinal)
        }
        const again = await openLedger(path)
        expect(again.repairedLine).toBeUndefined()
        await again.close('interrupted')
      },
    ),
    { numRuns: 50 },
  )
})

/** A run that records the steps; adds each moment at which it waited, and the end. */
async function record(path: string, run: readonly Step[], moments: Moment[]): Promise<void> {
  const ledger = await startLedger(path)
  const done = new Set(moments.at(-1)?.done)
  const pending: Promise<void>[] = []
  const wait = async () => {
    await Promise.all(pending.splice(0))
    moments.push({ bytes: (await stat(path)).size, done: new Set(done) })
  }
  await wait()
  for (const step of run) {
    if (step === 'wait') await wait()
    else pending.push(recordStep(ledger, step, done))
  }
  await wait()
  await ledger.close('interrupted')
  await wait()
}

async function recordStep(
  ledger: Ledger,
  { ordinal, what }: Exclude<Step, 'wait'>,
  done: Set<number>,
): Promise<void> {
  // Nobody can wait for a 429, so another record of the same batch is waited for. Otherwise what is
  // taken for one batch could be two, and a hole in the first of two is not what a crash leaves.
  if (what === 'rate_limited') ledger.recordRateLimited(ordinal)
  if (what === 'rate_limited' || what === 'sent') await ledger.recordSent(ordinal)
  else {
    await ledger.recordOutcome(outcomeOf(ordinal, what))
    if (what !== 'unknown') done.add(ordinal)
  }
}
