import { checkResponse } from '@connected-apps/contract'
import type { ResponseViolation } from '@connected-apps/contract'
import type { PrismViolation } from './prism.ts'
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
  if (part === 'media type') return { direction, where: contentType, message }
  return { direction, where: part, ...(where !== '' && { pointer: where }), message }
}

/** What Prism found beyond what the contract's validators did. */
export function prismViolations(
  direction: ContractViolation['direction'],
  found: readonly PrismViolation[],
  known: readonly ContractViolation[],
): ContractViolation[] {
  return found
    .map(({ path = [], message }): ContractViolation => {
      const [where = placeless, ...rest] = path
      if (where === 'body' || rest.length === 0) {
        return { direction, where, ...pointerOf(rest), message }
      }
      return { direction, where: `${where} ${rest.join('.')}`, message }
    })
    .filter((violation) => !known.some((other) => isSamePlace(violation, other)))
}

/** Prism names no place for a wrong status and a wrong media type. */
const placeless = 'message'
const contentType = 'header Content-Type'

function isSamePlace(fromPrism: ContractViolation, known: ContractViolation): boolean {
  if (fromPrism.where === placeless) {
    return known.where === 'status' || known.where === contentType
  }
  // Prism has the names of headers in lower case.
  const isSamePart = fromPrism.where.toLowerCase() === known.where.toLowerCase()
  return isSamePart && fromPrism.pointer === known.pointer
}

function pointerOf(path: readonly string[]): { pointer?: string } {
  if (path.length === 0) return {}
  const escaped = path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
  return { pointer: `/${escaped.join('/')}` }
}
