import type { ServerResponse } from 'node:http'
import { sendJson } from './send.ts'
import { describeViolation } from './violation-log.ts'
import type { ContractViolation } from './violation-log.ts'

/**
 * Answers in the provider's place with a problem (RFC 9457): 422 for a request that breaks the
 * contract, 502 for an answer that does, and 502 with a sentence when there is no answer at all.
 * The contract has neither status, so that no caller takes it for the provider's. The members of
 * the error envelope are for clients that show only those.
 */
export function sendProblem(
  response: ServerResponse,
  violationsUrl: string,
  what: readonly ContractViolation[] | string,
): void {
  const isRequest = typeof what !== 'string' && what[0]?.direction === 'request'
  const status = isRequest ? 422 : 502
  const detail = typeof what === 'string' ? what : what.map(describeViolation).join('; ')
  sendJson(
    response,
    status,
    {
      type: violationsUrl,
      title: titleOf(what, isRequest),
      status,
      detail,
      ...(typeof what !== 'string' && { violations: what }),
      status_code: status,
      request_id: 'none, the validation proxy answers',
      error_type: typeof what === 'string' ? 'upstream_unreachable' : 'contract_violation',
      error_message: detail,
      error_url: violationsUrl,
    },
    { 'content-type': 'application/problem+json' },
  )
}

function titleOf(what: readonly ContractViolation[] | string, isRequest: boolean): string {
  if (typeof what === 'string') return 'The upstream gave no answer'
  return isRequest ? 'The request breaks the contract' : 'The answer breaks the contract'
}
