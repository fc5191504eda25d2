import type { ServerResponse } from 'node:http'
import { sendJson } from '../http/send.ts'
import { describeViolation } from './violations.ts'
import type { ContractViolation } from './violations.ts'

/**
 * Sends a problem (RFC 9457) in place of the provider's response: 422 if the request violates the
 * contract, 502 if the response does, and 502 with a message if there is no response. The contract
 * defines neither status, so clients cannot mistake it for one of the provider's. The body also has
 * the fields of the contract's error envelope, for clients that show only those.
 */
export function sendProblem(
  response: ServerResponse,
  violationsUrl: string,
  cause: readonly ContractViolation[] | string,
): void {
  const isRequest = typeof cause !== 'string' && cause[0]?.direction === 'request'
  const status = isRequest ? 422 : 502
  const detail = typeof cause === 'string' ? cause : cause.map(describeViolation).join('; ')
  sendJson(
    response,
    status,
    {
      type: violationsUrl,
      title: titleOf(cause, isRequest),
      status,
      detail,
      ...(typeof cause !== 'string' && { violations: cause }),
      status_code: status,
      request_id: 'none; sent by the validation proxy',
      error_type: typeof cause === 'string' ? 'upstream_unreachable' : 'contract_violation',
      error_message: detail,
      error_url: violationsUrl,
    },
    { 'content-type': 'application/problem+json' },
  )
}

function titleOf(cause: readonly ContractViolation[] | string, isRequest: boolean): string {
  if (typeof cause === 'string') return 'The upstream did not respond'
  return isRequest ? 'The request violates the contract' : 'The response violates the contract'
}
