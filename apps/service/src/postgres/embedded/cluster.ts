import type { ChildProcess } from 'node:child_process'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, mkdir, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import { findBinaries, packageName } from './binaries.ts'

/** A PostgreSQL server that is a child of this process. */
export interface Cluster {
  /** Connection string of the database `postgres`, with the superuser's password. */
  url: string
  process: ChildProcess
  /** Starts the server again, with the same data and port, after it was stopped or killed. */
  restart: () => Promise<void>
  stop: () => Promise<void>
}

/**
 * Creates a PostgreSQL server with its data in `directory`, and starts it on a free port.
 *
 * @param directory an empty directory that other users can access, such as one in the system's
 * temporary directory
 * @param specifier the module specifier of the package with PostgreSQL's programs, if it is not the
 * one that this project depends on
 */
export async function startCluster(directory: string, specifier = packageName): Promise<Cluster> {
  const binaries = await findBinaries(directory, specifier)
  const { user } = binaries
  if (user !== undefined) {
    await chown(directory, user.uid, user.gid)
    assertWritableBy(user, directory)
  }
  const password = randomBytes(16).toString('hex')
  const data = join(directory, 'data')
  await initialize(binaries, directory, data, password)
  return startServer(binaries, data, password)
}

/** Starts a PostgreSQL server whose data exists already, on a free port. */
export async function startServer(
  binaries: Binaries,
  data: string,
  password: string,
): Promise<Cluster> {
  const port = await findFreePort()
  let server = await serve(binaries, data, port)
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    get process() {
      return server
    },
    async restart() {
      server = await serveWithRetry(binaries, data, port)
    },
    stop: () => stop(server),
  }
}

async function initialize(
  { initdb, user }: Binaries,
  directory: string,
  data: string,
  password: string,
): Promise<void> {
  const passwordFile = join(directory, 'password')
  await mkdir(data)
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user !== undefined) {
    await chown(data, user.uid, user.gid)
    await chown(passwordFile, user.uid, user.gid)
  }
  const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--username=postgres']
  try {
    await promisify(execFile)(
      initdb,
      [...options, `--pwfile=${passwordFile}`, '--no-sync', `--pgdata=${data}`],
      { ...user, cwd: directory, env: { ...process.env, LC_ALL: 'C' } },
    )
  } catch (cause) {
    const { message, stderr = '' } = cause as Error & { stderr?: string } // execFile adds it
    throw new Error(reasonIn(stderr) ?? message, { cause })
  }
  await rm(passwordFile)
}

/** The line of a log that has the reason of a failure. */
function reasonIn(log: string): string | undefined {
  return /^.*(?:error|FATAL):.*$/m.exec(log)?.[0]
}

async function serve(
  { postgres, user }: Binaries,
  data: string,
  port: number,
): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(postgres, ['-D', data, '-p', String(port), ...flags], {
    ...user,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  })
  let log = ''
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.on('exit', () =>
      reject(new Error(`PostgreSQL did not start: ${reasonIn(log) ?? log.trim()}`)),
    )
    server.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      if (/ready to accept (?:read-only )?connections/.test(log)) resolve()
    })
  })
  server.stderr.removeAllListeners('data').resume()
  return server
}

/** After a server is killed, its child processes take a moment to exit; until then none can start. */
async function serveWithRetry(
  binaries: Binaries,
  data: string,
  port: number,
): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await serve(binaries, data, port)
    } catch (error) {
      if (attempt === 50) throw error
      await setTimeout(100)
    }
  }
}

/** PostgreSQL's fast shutdown: open transactions are rolled back. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGINT')
  await exited
}

/**
 * Checks that another user can use a directory, since PostgreSQL's own message does not name the
 * directory.
 *
 * @throws if `user` can't write to it
 */
function assertWritableBy(user: NonNullable<Binaries['user']>, directory: string): void {
  if (spawnSync('test', ['-w', directory], { ...user }).status === 0) return
  throw new Error(
    `the user nobody, which runs PostgreSQL in place of root, can't write to ${directory}; set TMPDIR to a directory that every user can access`,
  )
}

/** Finds a port that is not in use. Another process may still take it before the caller does. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  server.close()
  await once(server, 'close')
  return port
}
