import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import manifest from '../../package.json' with { type: 'json' }

/** The service as it is run: a process of its own. */
export interface ServiceProcess {
  url: string
  child: ChildProcess
  /** Of its resident memory. */
  residentBytes: () => Promise<number>
  /** Ends it without a word of warning, and waits until it is gone. */
  kill: () => Promise<void>
  stop: () => Promise<void>
}

export interface ServiceProcessOptions {
  databaseUrl: string
  port?: number
  environment?: Record<string, string>
  /** `dist` is what users run; `src` is as new as the tests. */
  build?: 'src' | 'dist'
  /** `ignore` costs the service what a log costs, and the caller nothing. */
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
      LOG_LEVEL: 'fatal',
      ...environment,
    },
    stdio: ['ignore', 'ignore', logging === 'keep' ? 'pipe' : 'ignore'],
  })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4096)))
  const exited = once(child, 'exit')
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null
  while (!(await isReady(url))) {
    if (isGone()) throw new Error(`the service did not start: ${log}`)
    await wait(20)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isGone()) return
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

/** Whether a service is there, and has its database. */
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

async function findFreePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  server.close()
  await once(server, 'close')
  return port
}
