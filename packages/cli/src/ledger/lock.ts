import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { open, readFile, readdir, readlink, realpath, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describeCause, hasCode } from '../files/system-error.ts'
import { LedgerError } from './ledger-error.ts'

/*
 * Node.js has no flock(), and a lock that is kept fresh by its modification time, as lock libraries
 * have it, is lost by a laptop that sleeps. So the name of a lock file contains the process that holds it,
 * and the lock is stale when that process has ended: `incident.jsonl.lock-HOST-PID-START`. START tells
 * a process from a later one that has been given the same id.
 *
 * A process creates its own file first and looks for others then. Of two that start at once at least
 * one sees the other, so they cannot both win. A stale file is deleted by whoever sees it, which
 * harms nobody, since the process that it names cannot come back.
 *
 * A file may have other names, by a hard link or after a rename. So a run also writes into the ledger
 * itself which process it is.
 */

/** Frees a lock. */
export type Unlock = () => Promise<void>

/**
 * Locks a file that need not exist yet against other processes.
 *
 * @throws {LedgerError} if another process has it, or if the directory cannot be written
 */
export async function lock(path: string): Promise<Unlock> {
  const { directory, prefix } = await locate(path)
  const own = prefix + (await nameProcess())
  try {
    // Exclusive, since this process itself may have the ledger open already.
    await (await open(join(directory, own), 'wx', 0o600)).close()
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw new LedgerError(`${path} is in use by this process`)
    throw new LedgerError(`${path} cannot be locked: ${describeCause(error)}`)
  }
  const unlock = () => rm(join(directory, own), { force: true })
  try {
    for (const name of await readdir(directory)) {
      if (!name.startsWith(prefix) || name === own) continue
      const holder = await findHolder(name.slice(prefix.length))
      if (holder === undefined) continue
      if (holder.isElsewhere) {
        throw new LedgerError(
          `${path} is in use on another machine or in another container; if nothing runs there any more, delete ${join(directory, name)}`,
        )
      }
      if (holder.isRunning) throw inUseError(path, holder.pid)
      await rm(join(directory, name), { force: true })
    }
  } catch (error) {
    await unlock()
    throw error
  }
  return unlock
}

/** Names this process, unlike any other of this machine, and of most others. */
export async function nameProcess(): Promise<string> {
  return `${await hostId()}-${process.pid}-${(await startOf(process.pid)) ?? NO_START}`
}

/**
 * Rejects a ledger in which another process of this machine is named that still runs. Of another
 * machine nothing is known, and the ledger may have been brought here to resume it.
 *
 * @param names as of {@link nameProcess}
 */
export async function rejectRunning(path: string, names: Iterable<string>): Promise<void> {
  for (const name of names) {
    const holder = await findHolder(name)
    if (!holder?.isRunning || holder.pid === process.pid || holder.start === NO_START) continue
    throw inUseError(path, holder.pid)
  }
}

/**
 * Whether a process still runs; undefined if that cannot be known, as of another machine's.
 *
 * @param name as of {@link nameProcess}
 */
export async function isProcessRunning(name: string): Promise<boolean | undefined> {
  const holder = await findHolder(name)
  if (holder === undefined || holder.isElsewhere) return undefined
  return holder.isRunning && holder.start === NO_START ? undefined : holder.isRunning
}

function inUseError(path: string, pid: number): LedgerError {
  return new LedgerError(`${path} is in use by process ${pid}; wait until it has ended, or stop it`)
}

async function locate(path: string): Promise<{ directory: string; prefix: string }> {
  try {
    // Two names of one file, by a symbolic link, are one lock.
    const real = await realpath(path).catch(async () =>
      join(await realpath(dirname(path)), basename(path)),
    )
    return { directory: dirname(real), prefix: `${basename(real)}.lock-` }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      throw new LedgerError(`${path} cannot be created: there is no directory ${dirname(path)}`)
    }
    throw new LedgerError(`${path} cannot be locked: ${describeCause(error)}`)
  }
}

interface Holder {
  readonly pid: number
  readonly start: string
  readonly isElsewhere: boolean
  readonly isRunning: boolean
}

/** The process that a name is of; undefined for what is no such name. */
async function findHolder(name: string): Promise<Holder | undefined> {
  const [, host, digits, start] = /^([0-9a-f]{8})-(\d+)-([0-9a-f]{8})$/.exec(name) ?? []
  if (digits === undefined || start === undefined) return undefined
  const pid = Number(digits)
  const isElsewhere = host !== (await hostId())
  return { pid, start, isElsewhere, isRunning: !isElsewhere && (await startOf(pid)) === start }
}

// Where process ids are those of the same processes: a machine, or a container on it.
async function hostId(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  return shortHash(`${hostname()} ${namespace}`)
}

// Where the system does not say when a process started.
const NO_START = '00000000'

/** When a process started, hashed; undefined if there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  if (!isRunning(pid)) return undefined
  if (process.platform === 'linux') {
    // Field 22 of proc_pid_stat(5) counts from boot. The name before it may contain anything.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    if (stat === undefined) return undefined
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A killed process stays a zombie until its parent has read its exit code.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
    return shortHash(`${boot} ${fields[19]}`)
  }
  if (process.platform === 'win32') return NO_START
  // The start as ps prints it depends on language and time zone.
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  return await promisify(execFile)('ps', ['-o', 'lstart=', '-p', `${pid}`], { env }).then(
    ({ stdout }) => shortHash(stdout.trim()),
    () => undefined,
  )
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM') // it runs, as somebody else
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
