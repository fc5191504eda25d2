import { operation } from '@connected-apps/contract'
import { attemptOnce } from './attempt.ts'
import type { Clock } from './clock.ts'
import type { Settings } from './config.ts'
import { ConnectedAppsError } from './errors.ts'
import { notify } from './hooks.ts'
import type { Order, RevokeOptions, RevokeParams } from './order.ts'
import { readOrder } from './order.ts'
import type { RevokeResult } from './outcome.ts'
import { aborted } from './outcome.ts'
import { redactor } from './redact.ts'
import { retryWaitMs } from './retry.ts'
import { limited } from './time-limit.ts'
import { openTransport } from './transport.ts'

export type TryRevoke = (params: RevokeParams, options?: RevokeOptions) => Promise<RevokeResult>

/** One call: attempts, the waits between them, and the hooks around both. */
export function openCall(settings: Settings, clock: Clock): TryRevoke {
  const send = openTransport(settings)
  const { hooks } = settings

  async function carryOut(order: Order): Promise<RevokeResult> {
    const { limits, session, signal } = order
    const redact = redactor([...settings.secrets, ...Object.values(session)])
    const call = {}
    const calledAt = clock.now()
    for (let attempt = 1; ; attempt++) {
      const observed = { operationId: operation.operationId, call, attempt }
      const sentAt = clock.now()
      const leftAt = (now: number) => calledAt + limits.deadlineMs - now
      notify(hooks.onRequest, observed)
      const result = await attemptOnce(
        send,
        order,
        { attempt, remainingMs: leftAt(sentAt) },
        clock,
        redact,
      )
      const endedAt = clock.now()
      const seen = { ...observed, ...visible(result) }
      notify(hooks.onResponse, { ...seen, durationMs: endedAt - sentAt })
      const end = (last: RevokeResult) => {
        notify(hooks.onEnd, { ...observed, ...visible(last), durationMs: clock.now() - calledAt })
        return last
      }
      if (result.ok) return end(result)
      const { error } = result
      const waitMs = retryWaitMs(error, {
        retriesLeft: limits.maxRetries + 1 - attempt,
        remainingMs: leftAt(endedAt),
        random: clock.random(),
      })
      if (waitMs === undefined) return end(result)
      notify(hooks.onRetry, { ...observed, waitMs, error })
      if ((await limited(never, waitMs, signal, clock)) === 'aborted') {
        return end({ ok: false, error: aborted(attempt) })
      }
    }
  }

  return async (params, options = {}) => {
    try {
      const order = readOrder(params, options, settings.limits)
      if (order.signal?.aborted) return { ok: false, error: aborted(0) }
      return await carryOut(order)
    } catch (error) {
      if (error instanceof ConnectedAppsError) return { ok: false, error }
      throw error
    }
  }
}

const never = () => new Promise<never>(() => undefined)

// What a hook may see of a result, without the body.
function visible(result: RevokeResult) {
  if (result.ok) {
    const { status_code, request_id } = result.body
    return { status_code, request_id }
  }
  const { error } = result
  return {
    error,
    ...('status_code' in error && { status_code: error.status_code }),
    ...('request_id' in error && { request_id: error.request_id }),
  }
}
