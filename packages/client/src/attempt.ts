import { judge } from './answer.ts'
import type { Clock } from './clock.ts'
import type { Order } from './order.ts'
import type { RevokeResult } from './outcome.ts'
import { aborted, disconnected, outcomeOf, outOfTime } from './outcome.ts'
import type { Redact } from './redact.ts'
import { limited } from './time-limit.ts'
import type { Send } from './transport.ts'

/** Sends the order once and says what came of it; it never throws. */
export async function attemptOnce(
  send: Send,
  { ids, session, signal, limits }: Order,
  { attempt, remainingMs }: { attempt: number; remainingMs: number },
  clock: Clock,
  redact: Redact,
): Promise<RevokeResult> {
  const limit = remainingMs < limits.timeoutMs ? 'deadlineMs' : 'timeoutMs'
  const ms = Math.min(remainingMs, limits.timeoutMs)
  try {
    const received = await limited((stop) => send(ids, session, stop), ms, signal, clock)
    if (received === 'aborted') return { ok: false, error: aborted(attempt) }
    if (received === 'timeout') return { ok: false, error: outOfTime(limit, limits, attempt) }
    return outcomeOf(judge(received, redact), received, attempt, clock.date())
  } catch (thrown) {
    return { ok: false, error: disconnected(thrown, attempt, redact) }
  }
}
