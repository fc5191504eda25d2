import type { Revoked } from './answer.ts'
import { readAnswer } from './answer.ts'
import type { Clock } from './clock.ts'
import type { ConnectedAppsError } from './errors.ts'
import { failed } from './errors.ts'
import type { Order } from './revoke-options.ts'
import { redact } from './redact.ts'
import { tried } from './tried.ts'
import { limited } from './time-limit.ts'
import type { Send } from './transport.ts'

/** Sends the order once, and says what came of it. */
export async function attemptOnce(
  send: Send,
  { ids, session, signal, limits }: Order,
  attempts: number,
  remainingMs: number,
  clock: Clock,
  secrets: readonly string[],
): Promise<Revoked | ConnectedAppsError> {
  const limit = remainingMs < limits.timeoutMs ? 'deadlineMs' : 'timeoutMs'
  const ms = Math.min(remainingMs, limits.timeoutMs)
  try {
    const received = await limited((stop) => send(ids, session, stop), ms, signal, clock)
    if (received === 'aborted') return aborted(attempts)
    if (received !== 'timeout') return readAnswer(received, attempts, clock.date(), secrets)
    return failed('timeout', `revoke: ${limit} ran out (${limits[limit]} ms)`, { attempts, limit })
  } catch (thrown) {
    const code = codeOf(thrown, secrets)
    return failed('network', `revoke: no answer${code ? ` (${code})` : ''}`, { attempts, code })
  }
}

export function aborted(attempts: number): ConnectedAppsError {
  return failed('aborted', 'revoke: aborted', { attempts })
}

// The platform's error may hold the request, and a custom fetch's anything: only a code is kept.
function codeOf(thrown: unknown, secrets: readonly string[]): string | undefined {
  const error = thrown as { cause?: { code?: unknown }; code?: unknown } // or whatever else it is
  const found = tried(() => error.cause?.code ?? error.code)
  return typeof found === 'string' && /^[A-Z_]{3,40}$/.test(redact(found, secrets))
    ? found
    : undefined
}
