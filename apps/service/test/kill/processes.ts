import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Pool } from 'pg'
import type { Cluster } from '../../src/postgres/embedded/cluster.ts'

/** Ends a whole PostgreSQL as a power cut would, as far as its processes know. */
export async function killPostgres(cluster: Cluster): Promise<void> {
  const { pid } = cluster.process
  if (pid === undefined) throw new Error('PostgreSQL was never started')
  const children = await childrenOf(pid)
  for (const each of [pid, ...children]) signal(each)
}

/**
 * Ends one process that serves the service, if possible with a revoke. PostgreSQL then throws out
 * everyone, and recovers; until it has noticed, others are served as if nothing had happened.
 */
export async function killBackend(pool: Pool): Promise<void> {
  const witness = await pool.connect()
  // It ends with an error, which is what it waits for.
  witness.on('error', () => undefined)
  const thrownOut = new Promise((resolve) => witness.once('end', resolve))
  try {
    const { rows } = await witness.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE application_name = 'connected-apps'
       ORDER BY query LIKE '%UPDATE app_authorizations%' DESC, state_change DESC LIMIT 1`,
    )
    const [backend] = rows
    if (backend === undefined) throw new Error('no process of PostgreSQL serves the service')
    signal(backend.pid)
    await thrownOut
  } finally {
    witness.release(true)
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid ?? 0)
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It may have ended by itself, when its parent did.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
