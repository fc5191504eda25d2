import type { IssuedGrant } from '../support/many-grants.ts'
import { OutcomeUnknown } from '../history/system.ts'

/** A revoke that the service has acknowledged with 200. */
export interface AcknowledgedRevoke {
  grant: IssuedGrant
  requestId: string
}

export interface RevokeLoad {
  acknowledged: AcknowledgedRevoke[]
  unacknowledged: IssuedGrant[]
  /** Resolves once so many revokes are acknowledged, while others are pending. */
  reached: (count: number) => Promise<void>
  /** Sends no more revokes. Resolves once the pending ones have a response, or have failed. */
  stop: () => Promise<unknown>
}

/** Starts clients, each of which revokes one grant after the other until a request fails. */
export function startRevokeLoad(queue: IssuedGrant[], clients: number): RevokeLoad {
  const acknowledged: AcknowledgedRevoke[] = []
  const unacknowledged: IssuedGrant[] = []
  let awaitedCount = Infinity
  let notify: (() => void) | undefined
  const stopping = new AbortController()

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      const grant = queue.pop()
      if (grant === undefined) throw new Error('there are too few grants for so many revokes')
      try {
        const requestId = await grant.system.revoke()
        acknowledged.push({ grant, requestId })
      } catch (error) {
        if (!(error instanceof OutcomeUnknown)) throw error
        unacknowledged.push(grant)
        return
      }
      if (acknowledged.length >= awaitedCount) notify?.()
    }
  }

  const stopped = Promise.all(Array.from({ length: clients }, work))
  return {
    acknowledged,
    unacknowledged,
    reached: (count) =>
      new Promise((resolve) => {
        awaitedCount = count
        notify = resolve
      }),
    stop() {
      stopping.abort()
      return stopped
    },
  }
}
