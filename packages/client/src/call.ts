import { operationId } from '@connected-apps/contract/compact'
import type { Revoked } from './answer.ts'
import { aborted, attemptOnce } from './attempt.ts'
import type { Clock } from './clock.ts'
import type { Settings } from './config.ts'
import { ConnectedAppsError } from './errors.ts'
import { notify } from './hooks.ts'
import type { RevokeOptions, RevokeParams } from './revoke-options.ts'
import { readOrder } from './revoke-options.ts'
import { retryWaitMs } from './retry.ts'
import { limited } from './time-limit.ts'
import { spellings } from './redact.ts'
import { openTransport } from './transport.ts'

export type Revoke = (params: RevokeParams, options?: RevokeOptions) => Promise<Revoked>

/** One call: attempts, the waits between them, and the hooks around both. */
export function openRevoke(settings: Settings, clock: Clock): Revoke {
  const { hooks } = settings
  const send = openTransport(settings)

  return async (params, options) => {
    const order = readOrder(params, options, settings.limits)
    const { limits, session, signal } = order
    if (signal?.aborted) throw aborted(0)
    const secrets = [...settings.secrets, ...Object.values(session)].flatMap(spellings)
    const deadline = clock.now() + limits.deadlineMs
    const call = {}
    for (let attempt = 1; ; attempt++) {
      const observed = { operationId, call, attempt }
      notify(hooks, 'onRequest', observed)
      const sentAt = clock.now()
      const outcome = await attemptOnce(send, order, attempt, deadline - sentAt, clock, secrets)
      const endedAt = clock.now()
      const durationMs = endedAt - sentAt
      const error = outcome instanceof ConnectedAppsError ? outcome : undefined
      const { status_code, request_id } = outcome as Partial<Revoked> // an error may have both too
      notify(hooks, 'onResponse', { ...observed, durationMs, status_code, request_id, error })
      if (!error) return outcome as Revoked // no error

      const retriesLeft = limits.maxRetries + 1 - attempt
      const waitMs = retryWaitMs(error, retriesLeft, deadline - endedAt, clock.random())
      if (waitMs === undefined) throw error
      notify(hooks, 'onRetry', { ...observed, waitMs, error })
      if ((await limited(undefined, waitMs, signal, clock)) === 'aborted') throw aborted(attempt)
    }
  }
}
