import type { Granted } from '../support/many-grants.ts'
import { OutcomeUnknown } from '../history/system.ts'

/** A revoke that the service has confirmed. */
export interface Acknowledged {
  granted: Granted
  requestId: string
}

export interface Revokers {
  acknowledged: Acknowledged[]
  unanswered: Granted[]
  /** Resolves once so many revokes are acknowledged, while others are on their way. */
  reached: (count: number) => Promise<void>
  /** Resolves when what is on its way has been answered, or has failed. */
  stop: () => Promise<unknown>
}

/** Revokes one access after the other, each of the clients until one of its requests fails. */
export function startRevoking(queue: Granted[], clients: number): Revokers {
  const acknowledged: Acknowledged[] = []
  const unanswered: Granted[] = []
  let wanted = Infinity
  let notify: (() => void) | undefined
  const stopping = new AbortController()

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      const granted = queue.pop()
      if (granted === undefined) throw new Error('there are too few grants for so many revokes')
      try {
        const requestId = await granted.system.revoke()
        acknowledged.push({ granted, requestId })
      } catch (error) {
        if (!(error instanceof OutcomeUnknown)) throw error
        unanswered.push(granted)
        return
      }
      if (acknowledged.length >= wanted) notify?.()
    }
  }

  const stopped = Promise.all(Array.from({ length: clients }, work))
  return {
    acknowledged,
    unanswered,
    reached: (count) =>
      new Promise((resolve) => {
        wanted = count
        notify = resolve
      }),
    stop() {
      stopping.abort()
      return stopped
    },
  }
}
