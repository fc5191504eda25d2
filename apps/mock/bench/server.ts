import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** The request that servers are measured by. */
export interface MeasuredRequest {
  url: string
  method: string
  headers: Record<string, string>
}

/** A server that is being measured, in a process of its own. */
export interface MeasuredServer {
  /** From the start of the process to the first 200. */
  startMs: number
  stop(): Promise<void>
}

/** Starts a command, and calls its URL until the response is a 200. */
export async function startMeasured(
  script: string,
  args: string[],
  request: MeasuredRequest,
): Promise<MeasuredServer> {
  const started = performance.now()
  const child = spawn(process.execPath, [script, ...args], {
    stdio: 'ignore',
    // Under "production" the command of Prism forks a worker, which crashes.
    env: { ...process.env, NODE_ENV: 'test' },
  })
  const exit = new Promise((resolve) => child.once('exit', resolve))
  while (!(await isUp(request))) {
    if (child.exitCode !== null) throw new Error(`${script} exited with ${child.exitCode}`)
    await sleep(5)
  }
  return {
    startMs: performance.now() - started,
    stop: async () => {
      child.kill('SIGTERM')
      await exit
    },
  }
}

async function isUp({ url, method, headers }: MeasuredRequest): Promise<boolean> {
  try {
    const response = await fetch(url, { method, headers })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false // it is not listening yet
  }
}
