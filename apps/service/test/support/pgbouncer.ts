import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../../src/postgres/embedded/cluster.ts'

/** Where Debian installs it, which is not on every user's PATH. */
const executablePath = '/usr/sbin/pgbouncer'

/**
 * Why tests with PgBouncer can't run here; undefined if they can. In CI they run and fail, because
 * their being skipped would go unnoticed.
 */
export const pgbouncerMissing =
  existsSync(executablePath) || process.env['CI'] ? undefined : `needs ${executablePath}`

export interface PgBouncer extends AsyncDisposable {
  /** The database's URL, through the pooler. */
  url: string
}

/**
 * Starts PgBouncer in front of a database.
 *
 * @param settings lines of its file, for other settings than the usual ones
 */
export async function startPgBouncer(
  databaseUrl: string,
  mode: 'session' | 'transaction' | 'statement',
  settings: string[] = [],
): Promise<PgBouncer> {
  const { hostname, port, username, password } = new URL(databaseUrl)
  const directory = await mkdtempDisposable(join(tmpdir(), 'pgbouncer-test-'))
  const ownPort = await findFreePort()
  const file = join(directory.path, 'pgbouncer.ini')
  const server = `host=${hostname} port=${port} user=${username} password=${password}`
  const lines = [
    '[databases]',
    `* = ${server}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${ownPort}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    'server_login_retry = 1',
    ...settings,
  ]
  await writeFile(file, lines.join('\n'), { mode: 0o644 })
  // It does not run as root, and its file is in a directory that only this process can access.
  const asRoot = process.getuid?.() === 0
  const child = spawn(executablePath, asRoot ? ['-u', 'nobody', file] : [file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  const started = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', () => reject(new Error(`PgBouncer did not start: ${log}`)))
    child.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4096)
      if (log.includes('process up')) resolve()
    })
  })
  try {
    await started
  } catch (error) {
    await directory.remove()
    throw error
  }
  return {
    url: Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(ownPort) }).href,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      // It closes all connections at once.
      child.kill('SIGTERM')
      await exited
      await directory.remove()
    },
  }
}
