import type { ClientOperation, OperationId } from '@connected-apps/contract'
import { describeCause } from './cause.ts'
import type { ResolvedConfig } from './config.ts'
import type { ConnectedAppsError } from './errors.ts'
import { createError, methodName } from './errors.ts'
import { notify } from './hooks.ts'
import { ownString } from './input.ts'
import { parseOptions } from './options.ts'
import { parseParams } from './params.ts'
import { createRedactor } from './redact.ts'
import type { Outcome, SuccessBody } from './response.ts'
import { parseResponse } from './response.ts'
import { retryDelayMs } from './retry.ts'
import { createRetryBudget } from './retry-budget.ts'
import type { Clock, StopReason } from './timeouts.ts'
import { sleep, withTimeout } from './timeouts.ts'
import type { RawResponse } from './transport.ts'
import { createTransport } from './transport.ts'

/** The result of a successful call. */
export interface Success<Id extends OperationId> {
  body: SuccessBody<Id>
  /** How many requests were sent. */
  attempts: number
}

/** Calls an operation. Rejects with a {@link ConnectedAppsError}. */
export type CallOperation = <Id extends OperationId>(
  operation: ClientOperation<Id>,
  params: unknown,
  options: unknown,
) => Promise<Success<Id>>

/**
 * Creates the function that makes the calls of a client, which share a budget for retries. A call
 * consists of attempts, delays between them, and hooks.
 */
export function createCallOperation(config: ResolvedConfig, clock: Clock): CallOperation {
  const { hooks, origin } = config
  const prepare = createTransport(config)
  const budget = createRetryBudget()

  return async <Id extends OperationId>(
    operation: ClientOperation<Id>,
    params: unknown,
    options: unknown,
  ) => {
    const where = methodName(operation)
    const resolved = parseOptions(operation, options, config, where)
    const { limits, signal } = resolved
    const send = prepare(operation, parseParams(operation, params, where), resolved)
    const resultRedactor = createRedactor(resolved.secrets)
    const errorRedactor = createRedactor([...resolved.secrets, ...resolved.headerSecrets])
    // A request that must not be repeated is sent once, whatever the limit says.
    const maxRetries = operation.safety === 'unsafe' ? 0 : limits.maxRetries

    const sendOnce = async (attempts: number, remainingMs: number): Promise<Outcome<Id>> => {
      const limit = remainingMs < limits.timeoutMs ? 'deadlineMs' : 'timeoutMs'
      const ms = Math.min(remainingMs, limits.timeoutMs)
      let raw: RawResponse | StopReason
      try {
        raw = await withTimeout((controller) => send(attempts, controller), ms, signal, clock)
      } catch (thrown) {
        const { code, text } = describeCause(thrown, errorRedactor)
        const message = `${where}: no response from ${origin}${text && ` (${text})`}`
        return failed(createError('network', message, { attempts, code }))
      }
      if (raw === 'aborted') return failed(abortedError(where, attempts))
      if (raw === 'timeout') {
        const message = `${where}: ${limit} exceeded (${limits[limit]} ms)`
        return failed(createError('timeout', message, { attempts, limit }))
      }
      const context = { attempts, date: clock.date(), resultRedactor, errorRedactor }
      return parseResponse(operation, raw, context)
    }

    const deadline = clock.now() + limits.deadlineMs
    const call = {}
    let hadImmediateRetry = false
    for (let attempt = 1; ; attempt++) {
      const event = { operationId: operation.operationId, call, attempt }
      if (signal?.aborted) throw abortedError(where, attempt - 1)
      notify(hooks, 'onRequest', event)
      if (signal?.aborted) throw abortedError(where, attempt - 1) // a hook may abort it
      const sentAt = clock.now()
      const { body, error } = await sendOnce(attempt, deadline - sentAt)
      const endedAt = clock.now()
      notify(hooks, 'onResponse', {
        ...event,
        durationMs: endedAt - sentAt,
        status_code: error ? statusOf(error) : operation.successStatus,
        request_id: ownString(error ?? body, 'request_id'),
        error,
      })
      if (!error) {
        budget.recordSuccess(attempt - 1)
        return { body, attempts: attempt }
      }

      const delayMs = retryDelayMs(error, {
        retriesLeft: maxRetries + 1 - attempt,
        remainingMs: deadline - endedAt,
        random: clock.random(),
        hadImmediateRetry,
      })
      if (delayMs === undefined || !budget.tryTake()) throw error
      hadImmediateRetry ||= delayMs === 0
      notify(hooks, 'onRetry', { ...event, delayMs, error })
      if ((await sleep(delayMs, signal, clock)) === 'aborted') throw abortedError(where, attempt)
      if (clock.now() >= deadline) throw error // the event loop was blocked for longer than the delay
    }
  }
}

function failed(error: ConnectedAppsError): { body: undefined; error: ConnectedAppsError } {
  return { body: undefined, error }
}

function abortedError(where: string, attempts: number): ConnectedAppsError {
  return createError('aborted', `${where}: aborted`, { attempts })
}

function statusOf(error: ConnectedAppsError): number | undefined {
  return error.kind === 'http' || error.kind === 'decode' ? error.status_code : undefined
}
