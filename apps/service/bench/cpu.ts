import { readFile } from 'node:fs/promises'
import type { Pool } from 'pg'

/** What Linux counts CPU time in, here. */
const msPerTick = 10

/** The CPU time that a process has used, in milliseconds; NaN where there is no Linux to tell it. */
export async function cpuMsOf(pid: number): Promise<number> {
  const fields = await statOf(pid)
  return (Number(fields?.[11]) + Number(fields?.[12])) * msPerTick
}

/** Finds the process that has started all others of a PostgreSQL server on this machine. */
export async function findPostmaster(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return Number((await statOf(rows[0]?.pid))?.[1])
}

/** The CPU time that a PostgreSQL server has used, with its processes that have ended; or NaN. */
export async function cpuMsOfPostgres(postmaster: number): Promise<number> {
  const fields = await statOf(postmaster)
  const ofEnded = (Number(fields?.[13]) + Number(fields?.[14])) * msPerTick
  const children = await textOf(`/proc/${postmaster}/task/${postmaster}/children`)
  const running = [postmaster, ...(children?.trim().split(' ').map(Number) ?? [])].map(cpuMsOf)
  return (await Promise.all(running)).reduce((sum, each) => sum + (each || 0), ofEnded)
}

/** The fields of /proc/PID/stat after the name of the process, which may have spaces. */
async function statOf(pid: number | undefined): Promise<string[] | undefined> {
  return (await textOf(`/proc/${pid}/stat`))?.replace(/^.*\) /s, '').split(' ')
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    // There is no /proc, or the process has ended.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
