import { checkResponse as violationsOf } from '@connected-apps/contract'
import type { ReceivedResponse, Status } from '@connected-apps/contract'
import type { Finding } from './finding.ts'

/**
 * Holds an answer against the contract: declared status, media type, headers, JSON, and the
 * schema of the body. `expected` is the status that was asked for, where one was.
 *
 * @returns what is wrong, empty when the answer is right
 * @example
 * checkResponse({ status: 200, headers: new Headers(), body: '' }).map(describeFinding)
 * // ['200 media type: content-type is missing; application/json is declared', '200 body: is empty']
 */
export function checkResponse(received: ReceivedResponse, expected?: Status): Finding[] {
  const { status } = received
  const findings: Finding[] = violationsOf(received).map((violation) => ({ status, ...violation }))
  if (expected === undefined || status === expected) return findings
  const message = `the contract answers ${expected} to this request`
  return [{ status, part: 'status', where: '', message }, ...findings]
}
