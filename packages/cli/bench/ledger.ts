/*
 * Streams 1,000,000 targets (or as many as the argument says) from a CSV file through what a run and a
 * resumed run do with its ledger, and prints seconds and the memory of the process at its peak. What
 * is measured is the build, since Node.js needs memory of its own to run TypeScript.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLedger } from '../dist/ledger/create-ledger.js'
import { openLedger } from '../dist/ledger/open-ledger.js'
import { readLedger } from '../dist/ledger/read-ledger.js'
import { readTargets } from '../dist/targets/read-targets.js'

const [count = 1_000_000, isList] = process.argv.slice(2).map(Number)
if (isList) printList()
else await bench()

async function bench(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'ledger-bench-'))
  const path = join(directory, 'incident.jsonl')
  try {
    await measure('plan', async () => {
      // In a process of its own, whose memory does not count.
      const list = spawn(process.execPath, [import.meta.filename, `${count}`, '1'])
      const incident = { createdAt: 0, baseUrl: '', project_id: '', source: '-' }
      const { unlock } = await createLedger(path, incident, readTargets(list.stdout))
      await unlock()
    })
    const ledger = await measure('open', () => openLedger(path))
    await measure('read pending targets', async () => {
      let last = -1
      for await (const { ordinal } of ledger.pendingTargets()) last = ordinal
      if (last !== count - 1) throw new Error(`the last target is ${last}`)
    })
    await measure('record 100,000 targets, 100 in flight', () => record(ledger))
    await ledger.close('interrupted')
    const resumed = await measure('open again', () => openLedger(path))
    await resumed.close()
    await measure('read for a report', async () => {
      let records = 0
      for await (const { type } of readLedger(path)) if (type !== 'target') records += 1
      return records
    })
    console.log(`ledger: ${((await stat(path)).size / 1e6).toFixed(0)} MB`)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function record(ledger: Awaited<ReturnType<typeof openLedger>>): Promise<void> {
  await ledger.start()
  const end = Math.min(count, 100_000)
  let next = 0
  const worker = async () => {
    while (next < end) {
      const ordinal = next++
      await ledger.recordSent(ordinal)
      await ledger.recordOutcome({
        ordinal,
        target: targetOf(ordinal),
        result: 'revoked',
        status_code: 200,
        request_id: `request-id-test-${uuid(ordinal)}`,
        endedAt: Date.now(),
        durationMs: 12,
        attempts: 1,
      })
    }
  }
  await Promise.all(Array.from({ length: 100 }, worker))
}

function printList(): void {
  process.stdout.write('organization_id,member_id,connected_app_id,name\n')
  for (let ordinal = 0; ordinal < count; ordinal += 1) {
    process.stdout.write(`${Object.values(targetOf(ordinal)).join(',')},"Doe, Jane"\n`)
  }
}

function targetOf(ordinal: number) {
  return {
    organization_id: `organization-test-${uuid(Math.floor(ordinal / 2))}`,
    member_id: `member-test-${uuid(ordinal)}`,
    connected_app_id: `connected-app-test-${uuid(1)}`,
  }
}

function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
}

async function measure<T>(name: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const cpu = process.cpuUsage()
  const result = await run()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const cpuSeconds = (process.cpuUsage(cpu).user / 1e6).toFixed(1)
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(`${name}: ${seconds} s (${cpuSeconds} s of processor), peak so far ${peak} MB`)
  return result
}
