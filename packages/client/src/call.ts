import type { ResolvedConfig } from './config.ts'
import { ConnectedAppsError, createError } from './errors.ts'
import { notify } from './hooks.ts'
import { orUndefined } from './input.ts'
import type { ResolvedCall } from './options.ts'
import { parseCall } from './options.ts'
import { encodedForms, redact } from './redact.ts'
import { parseResponse } from './response.ts'
import { retryDelayMs } from './retry.ts'
import type { Revoke, RevokeResponse } from './revoke.ts'
import { METHOD, operationId } from './revoke.ts'
import type { Clock } from './timeouts.ts'
import { sleep, withTimeout } from './timeouts.ts'
import type { Send } from './transport.ts'
import { createTransport } from './transport.ts'

/** Creates the client's method. A call consists of attempts, delays between them, and hooks. */
export function createMethod(config: ResolvedConfig, clock: Clock): Revoke {
  const { hooks } = config
  const send = createTransport(config)

  return async (params, options) => {
    const resolved = parseCall(params, options, config.limits)
    const { limits, session, signal } = resolved
    if (signal?.aborted) throw abortedError(0)
    const secrets = [...config.secrets, ...Object.values(session)].flatMap(encodedForms)
    const deadline = clock.now() + limits.deadlineMs
    const call = {}
    for (let attempt = 1; ; attempt++) {
      const event = { operationId, call, attempt }
      notify(hooks, 'onRequest', event)
      const sentAt = clock.now()
      const outcome = await sendOnce(send, resolved, attempt, deadline - sentAt, clock, secrets)
      const endedAt = clock.now()
      const error = outcome instanceof ConnectedAppsError ? outcome : undefined
      const { status_code, request_id } = outcome as Partial<RevokeResponse> // or those of an error, if it has them
      notify(hooks, 'onResponse', {
        ...event,
        durationMs: endedAt - sentAt,
        status_code,
        request_id,
        error,
      })
      if (!error) return outcome as RevokeResponse // safe: it is not an error

      const retriesLeft = limits.maxRetries + 1 - attempt
      const delayMs = retryDelayMs(error, retriesLeft, deadline - endedAt, clock.random())
      if (delayMs === undefined) throw error
      notify(hooks, 'onRetry', { ...event, delayMs, error })
      if ((await sleep(delayMs, signal, clock)) === 'aborted') throw abortedError(attempt)
    }
  }
}

/** One attempt: sends the request once, and returns the response body or an error. */
async function sendOnce(
  send: Send,
  { params, limits, session, signal }: ResolvedCall,
  attempts: number,
  remainingMs: number,
  clock: Clock,
  secrets: readonly string[],
): Promise<RevokeResponse | ConnectedAppsError> {
  const limit = remainingMs < limits.timeoutMs ? 'deadlineMs' : 'timeoutMs'
  const ms = Math.min(remainingMs, limits.timeoutMs)
  try {
    const raw = await withTimeout((stop) => send(params, session, stop), ms, signal, clock)
    if (raw === 'aborted') return abortedError(attempts)
    if (raw !== 'timeout') return parseResponse(raw, attempts, clock.date(), secrets)
    const message = `${METHOD}: ${limit} exceeded (${limits[limit]} ms)`
    return createError('timeout', message, { attempts, limit })
  } catch (thrown) {
    const code = errorCode(thrown as MaybeCoded, secrets) // safe: errorCode checks what it reads
    const message = `${METHOD}: no response${code ? ` (${code})` : ''}`
    return createError('network', message, { attempts, code })
  }
}

function abortedError(attempts: number): ConnectedAppsError {
  return createError('aborted', `${METHOD}: aborted`, { attempts })
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
