import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { link, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { lock } from '../src/ledger/lock.ts'
import { openLedger } from '../src/ledger/open-ledger.ts'
import { runUntilKilled } from '../../../scripts/run-until-killed.ts'
import { plannedLedger, temporaryDirectory } from './support/ledger.ts'

const program = fileURLToPath(new URL('support/ledger-process.ts', import.meta.url))

test('a ledger is locked by each of its names as long as the process that has it lives, and no longer', async () => {
  const path = join(await temporaryDirectory(), 'incident.jsonl')
  await plannedLedger(path, 10_000)
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  await expect(openLedger(path)).rejects.toThrow(
    `${path} is in use by process ${child.pid}; wait until it has ended, or stop it`,
  )
  const [linked, renamed] = [`${path}.linked`, `${path}.renamed`]
  await link(path, linked)
  await rename(path, renamed)
  for (const name of [linked, renamed]) {
    await expect(openLedger(name)).rejects.toThrow(`${name} is in use by process ${child.pid};`)
  }
  child.kill('SIGKILL')
  await once(child, 'exit')
  const ledger = await openLedger(linked)
  expect(ledger.counts.results.revoked).toBeGreaterThan(0)
  await ledger.close('interrupted')
})

// As in a container without an init process, where nobody reads the exit code of a killed process.
test.skipIf(process.platform !== 'linux')(
  'a killed process does not keep its lock as a zombie',
  async () => {
    const path = join(await temporaryDirectory(), 'incident.jsonl')
    await plannedLedger(path, 10_000)
    const args = ['-c', '"$0" "$@" & exec sleep 60', process.execPath, program, path]
    const parent = spawn('sh', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void parent.kill('SIGKILL'))
    await once(parent.stdout, 'data')
    const pid = Number((await locksOf(path)).join().split('-').at(-2))
    process.kill(pid, 'SIGKILL')
    const isZombie = async () => /^\d+ \(.*\) Z/.test(await readFile(`/proc/${pid}/stat`, 'utf8'))
    await expect.poll(isZombie).toBe(true)
    await (await openLedger(path)).close('interrupted')
  },
)

test('of processes that start at once no two have the ledger', async () => {
  const path = join(await temporaryDirectory(), 'incident.jsonl')
  await plannedLedger(path, 300)
  await leaveStaleLock(path)
  const runs = await Promise.all(
    Array.from({ length: 3 }, () => runUntilKilled(process.execPath, [program, path])),
  )
  const ordinals = runs.flatMap(({ lines }) => lines)
  expect(new Set(ordinals).size).toBe(ordinals.length)
  for (const { stderr, lines } of runs) {
    if (stderr !== '') expect({ stderr, lines }).toEqual({ stderr: inUse, lines: [] })
  }
})

test('of two names of a ledger that are opened at once no two are run', async () => {
  const path = join(await temporaryDirectory(), 'incident.jsonl')
  await plannedLedger(path, 300)
  await link(path, `${path}.linked`)
  const runs = await Promise.all(
    [path, `${path}.linked`].map((name) => runUntilKilled(process.execPath, [program, name])),
  )
  const ordinals = runs.flatMap(({ lines }) => lines)
  expect(new Set(ordinals).size).toBe(ordinals.length)
})

const inUse = expect.stringMatching(/incident\.jsonl is in use by process \d+/) as string

test('a process that was given the id of an earlier one does not keep its lock', async () => {
  const path = join(await temporaryDirectory(), 'incident.jsonl')
  await leaveStaleLock(path, { pid: process.ppid })
  await (
    await lock(path)
  )()
  expect(await readdir(dirname(path))).toEqual([])
})

test('a lock of another machine stays, and the way out is said', async () => {
  const path = join(await temporaryDirectory(), 'incident.jsonl')
  const name = await leaveStaleLock(path, { host: 'ffffffff' })
  await expect(lock(path)).rejects.toThrow(`if nothing runs there any more, delete ${name}`)
  expect(await readdir(dirname(path))).toHaveLength(1)
})

test('a file that only looks like a lock is left alone', async () => {
  const path = join(await temporaryDirectory(), 'incident.jsonl')
  await writeFile(`${path}.lock-of-mine`, '')
  await (
    await lock(path)
  )()
  expect(await readdir(dirname(path))).toEqual(['incident.jsonl.lock-of-mine'])
})

test('a directory that is missing is named', async () => {
  const path = join(await temporaryDirectory(), 'missing', 'incident.jsonl')
  await expect(lock(path)).rejects.toThrow(
    `${path} cannot be created: there is no directory ${dirname(path)}`,
  )
})

/** Leaves a lock as a process of another start, id or machine would, and returns its path. */
async function leaveStaleLock(
  path: string,
  { host, pid }: { host?: string; pid?: number } = {},
): Promise<string> {
  const unlock = await lock(path)
  const [own = ''] = await locksOf(path)
  await unlock()
  const [, prefix = '', ownHost = '', ownPid = ''] = /^(.*\.lock-)(.*)-(.*)-.*$/.exec(own) ?? []
  const stale = join(dirname(path), `${prefix}${host ?? ownHost}-${pid ?? ownPid}-12345678`)
  await writeFile(stale, '')
  return stale
}

async function locksOf(path: string): Promise<string[]> {
  return (await readdir(dirname(path))).filter((name) => name.includes('.lock-'))
}
