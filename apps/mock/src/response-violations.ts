import { checkResponse } from '@connected-apps/contract'
import type { ResponseViolation } from '@connected-apps/contract'
import type { UpstreamAnswer } from './upstream.ts'
import type { ContractViolation } from './violation-log.ts'

/** Holds a provider's answer against the contract. */
export function responseViolations(answer: UpstreamAnswer): ContractViolation[] {
  return [...encodingViolations(answer.headers), ...checkResponse(answer).map(asContractViolation)]
}

// The proxy asks for it, since it could not read the body otherwise.
function encodingViolations(headers: Headers): ContractViolation[] {
  if ((headers.get('content-encoding') ?? 'identity') === 'identity') return []
  return [{ direction: 'response', where: 'header Content-Encoding', message: 'must be identity' }]
}

function asContractViolation({ part, where, message }: ResponseViolation): ContractViolation {
  const direction = 'response'
  if (part === 'header') return { direction, where: `header ${where}`, message }
  if (part === 'media type') return { direction, where: 'header Content-Type', message }
  return { direction, where: part, ...(where !== '' && { pointer: where }), message }
}
