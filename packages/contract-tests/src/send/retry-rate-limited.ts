import { setTimeout as sleep } from 'node:timers/promises'
import { checkResponse } from '@connected-apps/contract'
import type { Case } from '../cases.ts'
import type { Exchange } from './exchange.ts'

const maxAttempts = 3
const maxDelayMs = 5_000

/**
 * Sends a request, and retries it at most twice while the rate limit hides the expected response: the
 * rate limit is checked before anything else, so a 429 says nothing about the case itself.
 */
export async function sendWithRetry(
  { operation, example }: Pick<Case, 'operation' | 'example'>,
  send: () => Promise<Exchange>,
): Promise<Exchange> {
  const limitedStatuses = Object.values(operation.examples)
    .filter(({ trigger }) => trigger === 'limit')
    .map(({ status }) => status)
  const expectedStatus = operation.examples[example]?.status
  for (let attempt = 1; ; attempt += 1) {
    const exchange = await send()
    const { status, headers } = exchange.received
    const isUnexpectedLimit = status !== expectedStatus && limitedStatuses.includes(status)
    if (!isUnexpectedLimit || attempt === maxAttempts) return exchange
    // A 429 that violates the contract is a result to report, not a reason to retry.
    if (checkResponse(operation, exchange.received).length > 0) return exchange
    await sleep(Math.min(Number(headers.get('retry-after') ?? '1') * 1000 || 0, maxDelayMs))
  }
}
