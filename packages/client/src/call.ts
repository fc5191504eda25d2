import type { ClientOperation, OperationId } from '@connected-apps/contract'
import type { ResolvedConfig } from './config.ts'
import { ConnectedAppsError, createError } from './errors.ts'
import { notify } from './hooks.ts'
import { orUndefined } from './input.ts'
import type { CallOptions, Params, ResolvedCall } from './options.ts'
import { methodName, parseCall } from './options.ts'
import { encodedForms, redact } from './redact.ts'
import type { SuccessBody } from './response.ts'
import { parseResponse } from './response.ts'
import { retryDelayMs } from './retry.ts'
import type { Clock } from './timeouts.ts'
import { sleep, withTimeout } from './timeouts.ts'
import type { Send } from './transport.ts'
import { createTransport } from './transport.ts'

export type { SuccessBody } from './response.ts'

/** A method of the client. Rejects with a {@link ConnectedAppsError}. */
export type Method<Id extends OperationId> = (
  params: Params<Id>,
  options?: CallOptions<Id>,
) => Promise<SuccessBody<Id>>

/** What a method resolves to that never throws. */
export type Result<Id extends OperationId> =
  | { ok: true; body: SuccessBody<Id> }
  | { ok: false; error: ConnectedAppsError<Id> }

export type TryMethod<Id extends OperationId> = (
  params: Params<Id>,
  options?: CallOptions<Id>,
) => Promise<Result<Id>>

/** Creates the method of an operation. */
export type CreateMethod = <Id extends OperationId>(operation: ClientOperation<Id>) => Method<Id>

/** What the methods of a client share. A call consists of attempts, delays between them, and hooks. */
export function createMethodFactory(config: ResolvedConfig, clock: Clock): CreateMethod {
  const { hooks } = config
  const send = createTransport(config)

  return <Id extends OperationId>(operation: ClientOperation<Id>): Method<Id> =>
    async (params, options) => {
      const resolved = parseCall(operation, params, options, config.limits)
      const { limits, session, signal } = resolved
      if (signal?.aborted) throw abortedError(operation, 0)
      const secrets = [...config.secrets, ...Object.values(session)].flatMap(encodedForms)
      const deadline = clock.now() + limits.deadlineMs
      const call = {}
      for (let attempt = 1; ; attempt++) {
        const event = { operationId: operation.operationId, call, attempt }
        notify(hooks, 'onRequest', event)
        const sentAt = clock.now()
        const remainingMs = deadline - sentAt
        const context = { operation, call: resolved, attempt, remainingMs, secrets, send, clock }
        const outcome = await sendOnce(context)
        const endedAt = clock.now()
        const error = outcome instanceof ConnectedAppsError ? outcome : undefined
        const { status_code, request_id } = outcome as ResponseFields // safe: both are optional
        notify(hooks, 'onResponse', {
          ...event,
          durationMs: endedAt - sentAt,
          status_code: error ? status_code : operation.successStatus,
          request_id,
          error,
        })
        if (!error) return outcome as SuccessBody<Id> // safe: it is not an error

        const retriesLeft = limits.maxRetries + 1 - attempt
        const delayMs = retryDelayMs(error, retriesLeft, deadline - endedAt, clock.random())
        if (delayMs === undefined) throw error
        notify(hooks, 'onRetry', { ...event, delayMs, error })
        if ((await sleep(delayMs, signal, clock)) === 'aborted') {
          throw abortedError(operation, attempt)
        }
      }
    }
}

/** The same method, with a failure as part of its result. */
export function toTryMethod<Id extends OperationId>(method: Method<Id>): TryMethod<Id> {
  return (params, options) =>
    method(params, options).then(
      (body) => ({ ok: true, body }),
      (error: ConnectedAppsError<Id>) => ({ ok: false, error }), // methods reject with nothing else
    )
}

/** What a response body and an error may both have. */
interface ResponseFields {
  status_code?: number
  request_id?: string
}

interface AttemptContext<Id extends OperationId> {
  operation: ClientOperation<Id>
  call: ResolvedCall
  /** The number of the attempt, starting from 1. */
  attempt: number
  /** The time that is left until the deadline. */
  remainingMs: number
  secrets: readonly string[]
  send: Send
  clock: Clock
}

/** Sends the request once, and returns the response body or an error. */
async function sendOnce<Id extends OperationId>({
  operation,
  call,
  attempt: attempts,
  remainingMs,
  secrets,
  send,
  clock,
}: AttemptContext<Id>): Promise<SuccessBody<Id> | ConnectedAppsError> {
  const { limits, signal } = call
  const limit = remainingMs < limits.timeoutMs ? 'deadlineMs' : 'timeoutMs'
  const ms = Math.min(remainingMs, limits.timeoutMs)
  try {
    const raw = await withTimeout((stop) => send(operation, call, stop), ms, signal, clock)
    if (raw === 'aborted') return abortedError(operation, attempts)
    if (raw !== 'timeout') return parseResponse(operation, raw, attempts, clock.date(), secrets)
    const message = `${methodName(operation)}: ${limit} exceeded (${limits[limit]} ms)`
    return createError('timeout', message, { attempts, limit })
  } catch (thrown) {
    const code = errorCode(thrown as MaybeCoded, secrets) // safe: errorCode checks what it reads
    const message = `${methodName(operation)}: no response${code ? ` (${code})` : ''}`
    return createError('network', message, { attempts, code })
  }
}

function abortedError(operation: ClientOperation, attempts: number): ConnectedAppsError {
  return createError('aborted', `${methodName(operation)}: aborted`, { attempts })
}

/** Where platforms put the code of an error. Anything can be thrown, so each part may be missing. */
interface MaybeCoded {
  cause?: { code?: unknown }
  code?: unknown
}

// Only the code of a thrown error is kept. The platform's error may contain the request, and that
// of a custom fetch anything at all.
function errorCode(thrown: MaybeCoded, secrets: readonly string[]): string | undefined {
  const code = orUndefined(() => thrown.cause?.code ?? thrown.code)
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(redact(code, secrets)) ? code : undefined
}
