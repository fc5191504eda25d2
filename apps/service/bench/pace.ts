import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AppAuthorization } from '../test/history/http/service-system.ts'
import { startServiceProcess } from '../test/support/service-process.ts'

/** What `revokeAll` achieves against the service's own rate limit. */
export interface PaceResult {
  limitPerSecond: number
  /** Confirmed revokes, after the time in which the limit was found. */
  perSecond: number
  /** The part of the requests that got a 429, in the same time. */
  limitedPart: number
}

export interface PaceTask {
  url: string
  authorizations: AppAuthorization[]
  warmUpSeconds: number
  seconds: number
}

const script = fileURLToPath(new URL('pace-process.ts', import.meta.url))

/** Revokes from a process of its own, at the pace that it finds by itself, on a service with a limit. */
export async function measurePace(
  databaseUrl: string,
  authorizations: AppAuthorization[],
  limitPerSecond: number,
): Promise<PaceResult> {
  const service = await startServiceProcess({
    databaseUrl,
    build: 'dist',
    environment: { LOG_LEVEL: 'info', RATE_LIMIT_REQUESTS: String(limitPerSecond) },
    log: 'ignore',
  })
  const child = fork(script)
  try {
    const task: PaceTask = { url: service.url, authorizations, warmUpSeconds: 30, seconds: 60 }
    child.send(task)
    const [result] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('the run ended without a result'))),
    ])
    return { limitPerSecond, ...(result as Omit<PaceResult, 'limitPerSecond'>) } // pace-process.ts sends nothing else
  } finally {
    child.kill()
    await service.stop()
  }
}
