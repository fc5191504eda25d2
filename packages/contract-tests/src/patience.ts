import { setTimeout as wait } from 'node:timers/promises'
import { checkResponse } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import type { Case } from './case.ts'
import type { Exchange } from './exchange.ts'

const limited = statusOf('too_many_requests')
const attempts = 3
const longestWaitMs = 5_000

/**
 * Sends again, at most twice, when a rate limit came before the answer that was asked for: the
 * contract checks the limit first, so that such an answer says nothing about the case.
 */
export async function sendPatiently(
  { example }: Case,
  send: () => Promise<Exchange>,
): Promise<Exchange> {
  for (let attempt = 1; ; attempt += 1) {
    const exchange = await send()
    const { status, headers } = exchange.received
    const isInTheWay = status === limited && statusOf(example) !== limited
    if (!isInTheWay || attempt === attempts) return exchange
    if (checkResponse(exchange.received).length > 0) return exchange
    await wait(Math.min(Number(headers.get('retry-after') ?? '1') * 1000 || 0, longestWaitMs))
  }
}
