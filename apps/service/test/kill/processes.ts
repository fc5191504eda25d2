import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Pool } from 'pg'
import type { Cluster } from '../../src/postgres/embedded/cluster.ts'

/** Kills all processes of a PostgreSQL server, as a power failure would. */
export async function killPostgres(cluster: Cluster): Promise<void> {
  const { pid } = cluster.process
  if (pid === undefined) throw new Error('PostgreSQL was never started')
  const children = await childrenOf(pid)
  for (const each of [pid, ...children]) signal(each)
}

/**
 * Kills one backend process that the service uses, if possible one that is running a revoke.
 * PostgreSQL then disconnects all clients, and recovers. Until it notices, the other backends continue.
 */
export async function killBackend(pool: Pool): Promise<void> {
  const witness = await pool.connect()
  // The connection ends with an error, which is expected.
  witness.on('error', () => undefined)
  const disconnected = new Promise((resolve) => witness.once('end', resolve))
  try {
    const { rows } = await witness.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE application_name = 'connected-apps'
       ORDER BY query LIKE '%UPDATE app_authorizations%' DESC, state_change DESC LIMIT 1`,
    )
    const [backend] = rows
    if (backend === undefined) throw new Error('no backend process is used by the service')
    signal(backend.pid)
    await disconnected
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
    // The process may have exited already, with its parent.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
