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
  /**
   * Confirmed revokes at a given rate as high as the limit, on a service without one: if they are
   * fewer than the limit, it is the machine that bounds them, not the pace.
   */
  machinePerSecond: number
}

export interface PaceTask {
  url: string
  authorizations: AppAuthorization[]
  /** Given to `revokeAll`; undefined to let it find the limit. */
  rate?: number
  warmUpSeconds: number
  seconds: number
}

const script = fileURLToPath(new URL('pace-process.ts', import.meta.url))

/**
 * Revokes at the pace that `revokeAll` finds by itself, on a service with a limit.
 *
 * @param unlimitedUrl of a service on the same database without a limit
 */
export async function measurePace(
  databaseUrl: string,
  unlimitedUrl: string,
  authorizations: AppAuthorization[],
  limitPerSecond: number,
): Promise<PaceResult> {
  const machine = await revokeInProcess({
    url: unlimitedUrl,
    authorizations,
    rate: limitPerSecond,
    warmUpSeconds: 5,
    seconds: 15,
  })
  const service = await startServiceProcess({
    databaseUrl,
    build: 'dist',
    environment: { LOG_LEVEL: 'info', RATE_LIMIT_REQUESTS: String(limitPerSecond) },
    log: 'ignore',
  })
  try {
    const found = await revokeInProcess({
      url: service.url,
      authorizations,
      warmUpSeconds: 30,
      seconds: 60,
    })
    return { limitPerSecond, machinePerSecond: machine.perSecond, ...found }
  } finally {
    await service.stop()
  }
}

/** Revokes from a process of its own. */
async function revokeInProcess(
  task: PaceTask,
): Promise<Pick<PaceResult, 'perSecond' | 'limitedPart'>> {
  const child = fork(script)
  try {
    child.send(task)
    const [result] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('the run ended without a result'))),
    ])
    return result as Pick<PaceResult, 'perSecond' | 'limitedPart'> // pace-process.ts sends nothing else
  } finally {
    child.kill()
  }
}
