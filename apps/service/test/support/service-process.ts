import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findFreePort } from '../../src/postgres/embedded/cluster.ts'
import manifest from '../../package.json' with { type: 'json' }

/** Starting takes less than a second, but longer on a busy machine. */
const startTimeoutMs = 20_000

/** The service in a process of its own, as users run it. */
export interface ServiceProcess {
  url: string
  child: ChildProcess
  /** The size of its resident memory. */
  residentBytes: () => Promise<number>
  /** Kills it with SIGKILL, and waits for its exit. */
  kill: () => Promise<void>
  stop: () => Promise<void>
}

export interface ServiceProcessOptions {
  databaseUrl: string
  port?: number
  environment?: Record<string, string>
  /** `dist` is what users run; `src` needs no build. */
  build?: 'src' | 'dist'
  /** With `ignore` the service still writes its log, but the caller does not have to read it. */
  log?: 'keep' | 'ignore'
}

/** Starts a service on a database, and waits until it is ready. */
export async function startServiceProcess({
  databaseUrl,
  environment = {},
  build = 'src',
  log: logging = 'keep',
  ...options
}: ServiceProcessOptions): Promise<ServiceProcess> {
  const port = options.port ?? (await findFreePort())
  const url = `http://127.0.0.1:${port}`
  const [, ...args] = manifest.scripts.start.split(' ')
  const command = build === 'dist' ? args : [...args.slice(0, -1), 'src/main.ts']
  const child = spawn(process.execPath, command, {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      RATE_LIMIT_REQUESTS: '1000000',
      SHUTDOWN_DELAY_SECONDS: '0',
      LOG_LEVEL: 'fatal',
      ...environment,
    },
    stdio: ['ignore', 'ignore', logging === 'keep' ? 'pipe' : 'ignore'],
  })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4096)))
  const exited = once(child, 'exit')
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null
  const startedAt = performance.now()
  while (!(await isReady(url))) {
    const isTimedOut = performance.now() - startedAt > startTimeoutMs
    if (isTimedOut) child.kill('SIGKILL')
    if (isTimedOut || hasExited()) throw new Error(`the service did not start: ${log}`)
    await sleep(20)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (hasExited()) return
    child.kill(signal)
    await exited
  }
  return {
    url,
    child,
    residentBytes: () => residentBytesOf(child),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

/** Starts two instances on one database, which browsers and apps see as one service. */
export async function startTwoInstances(
  options: ServiceProcessOptions,
): Promise<[ServiceProcess, ServiceProcess]> {
  const one = await startServiceProcess(options)
  try {
    const environment = { ...options.environment, PUBLIC_URL: one.url }
    return [one, await startServiceProcess({ ...options, environment })]
  } catch (error) {
    await one.stop()
    throw error
  }
}

/** Whether a service is running, and can use its database. */
export async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).ok
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

async function residentBytesOf({ pid }: ChildProcess): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) * 1024
}
