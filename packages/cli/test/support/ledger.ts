import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createLedger } from '../../src/ledger/create-ledger.ts'
import { openLedger } from '../../src/ledger/open-ledger.ts'
import type { Ledger } from '../../src/ledger/open-ledger.ts'
import type { Plan, PlanOptions } from '../../src/targets/plan-targets.ts'
import type { TargetLine } from '../../src/targets/parse-target.ts'
import { targetOf } from './outcome.ts'

export const INCIDENT = {
  createdAt: 1_788_000_000_000,
  baseUrl: 'https://test.stytch.com',
  project_id: 'project-test-1',
  source: 'targets.csv',
}

/** A directory that is removed after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cli-ledger-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

/** So many targets, as lines of a file. */
export async function* targetLines(count: number): AsyncGenerator<TargetLine> {
  for (let ordinal = 0; ordinal < count; ordinal += 1) {
    yield { line: ordinal + 1, target: targetOf(ordinal) }
  }
}

/** Creates a ledger of so many targets. */
export async function plannedLedger(path: string, targets: number): Promise<Plan> {
  return await planLedger(path, targetLines(targets))
}

/** Creates a ledger that nobody runs. */
export async function planLedger(
  path: string,
  lines: AsyncIterable<TargetLine>,
  options?: PlanOptions,
): Promise<Plan> {
  const { plan, unlock } = await createLedger(path, INCIDENT, lines, options)
  await unlock()
  return plan
}

/** Opens a ledger, and starts a run. */
export async function startLedger(path: string): Promise<Ledger> {
  const ledger = await openLedger(path)
  await ledger.start()
  return ledger
}

/** All that an iterable yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const each of source) all.push(each)
  return all
}
