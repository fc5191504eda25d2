import { checkResponse, parseBody } from '@connected-apps/contract'
import type { ReceivedResponse } from '@connected-apps/contract'
import { isExampleName, statusOf } from '@connected-apps/contract/examples'
import type { ExampleName } from '@connected-apps/contract/examples'
import type { Finding } from './finding.ts'

/** Holds an answer against the contract, whatever was asked for. */
export function findingsIn(received: ReceivedResponse): Finding[] {
  return checkResponse(received).map((violation) => ({ status: received.status, ...violation }))
}

/**
 * Holds an answer against the contract, and against the one example that the contract has for
 * what was asked. An `error_type` that the contract does not list is legal; one that it lists
 * for something else is not.
 */
export function judge(received: ReceivedResponse, example: ExampleName): Finding[] {
  const findings = findingsIn(received)
  const expected = statusOf(example)
  if (received.status !== expected) {
    const message = `the contract answers ${expected} to this request`
    return [{ status: received.status, part: 'status', where: '', message }, ...findings]
  }
  if (findings.length > 0) return findings
  const errorType = errorTypeOf(received)
  if (errorType === undefined || errorType === example || !isExampleName(errorType)) return []
  return [
    {
      status: received.status,
      part: 'body',
      where: '/error_type',
      message: `is ${errorType}; the contract answers ${example} to this request`,
    },
  ]
}

/** The `error_type` of an answer, if it has a JSON body with one. */
export function errorTypeOf({ body }: ReceivedResponse): unknown {
  const parsed = parseBody(body)
  if ('problem' in parsed) return undefined
  const { error_type }: { error_type?: unknown } = Object(parsed.value)
  return error_type
}
