import {
  checkResponseBody,
  checkResponseHeaders,
  isStatus,
  operation,
} from '@connected-apps/contract'
import type { Violation } from '@connected-apps/contract'
import type { PrismViolation } from './prism.ts'
import type { UpstreamAnswer } from './upstream.ts'
import type { ContractViolation } from './violation-log.ts'

/** Holds a provider's answer against the contract. */
export function responseViolations(answer: UpstreamAnswer): ContractViolation[] {
  const { status, headers } = answer
  if (!isStatus(status)) {
    const message = `${status} is none of ${operation.statuses.join(', ')}`
    return [{ direction: 'response', where: 'status', message }]
  }
  return [
    ...mediaTypeViolations(headers),
    ...checkResponseHeaders(status, headers).map(asHeaderViolation),
    ...bodyViolations(answer, (body) => checkResponseBody(status, body)),
  ]
}

/** The body as Prism and the validators read it; undefined when it is not JSON. */
export function parseAnswerBody({ body, headers }: UpstreamAnswer): { value: unknown } | undefined {
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity') return undefined
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) }
  } catch {
    return undefined // the caller reports it, without the text, which may hold anything
  }
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

function isSamePlace(fromPrism: ContractViolation, known: ContractViolation): boolean {
  if (fromPrism.where === placeless) {
    return known.where === 'status' || known.where === 'header Content-Type'
  }
  return fromPrism.where === known.where && fromPrism.pointer === known.pointer
}

function mediaTypeViolations(headers: Headers): ContractViolation[] {
  const [mediaType = ''] = (headers.get('content-type') ?? '').split(';')
  if (mediaType.trim().toLowerCase() === operation.mediaType) return []
  return [
    {
      direction: 'response',
      where: 'header Content-Type',
      message: `must be ${operation.mediaType}`,
    },
  ]
}

function bodyViolations(
  answer: UpstreamAnswer,
  check: (body: unknown) => Violation[],
): ContractViolation[] {
  const parsed = parseAnswerBody(answer)
  if (!parsed) return [{ direction: 'response', where: 'body', message: 'must be JSON' }]
  return check(parsed.value).map(({ pointer, message }) => ({
    direction: 'response',
    where: 'body',
    ...(pointer !== '' && { pointer }),
    message,
  }))
}

function asHeaderViolation({ pointer, message }: Violation): ContractViolation {
  return { direction: 'response', where: `header ${pointer.slice(1)}`, message }
}

function pointerOf(path: readonly string[]): { pointer?: string } {
  if (path.length === 0) return {}
  const escaped = path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
  return { pointer: `/${escaped.join('/')}` }
}
