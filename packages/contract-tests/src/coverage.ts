import {
  headerParameterNames,
  isContractMediaType,
  isStatus,
  operation,
  pathParameterNames,
} from '@connected-apps/contract'
import type { ReceivedResponse, Status } from '@connected-apps/contract'
import { exampleNames, isExampleName, statusOf } from '@connected-apps/contract/examples'
import type { Exchange } from './send/exchange.ts'
import { errorTypeOf } from './verify.ts'

/** One element of the contract, and whether the run covered it. */
export interface CoverageItem {
  name: string
  covered: boolean
}

/** The elements of the contract that a run covered. */
export interface Coverage {
  /** Statuses that were received in a valid response. */
  statuses: CoverageItem[]
  /** Named examples; for errors, the `error_type`s that were received. */
  examples: CoverageItem[]
  /** Declared response headers that were received, as `429 Retry-After`. */
  responseHeaders: CoverageItem[]
  /** Parameters that were sent. */
  parameters: CoverageItem[]
  /** Whether a request body was sent. */
  requestBody: CoverageItem[]
  /** Security schemes whose credentials were sent. */
  securitySchemes: CoverageItem[]
}

/** Records what the exchanges of a run cover. */
export class CoverageRecorder {
  readonly #covered = new Set<string>()

  /** Records what was sent, and what was received if it is a valid response. */
  record({ sent, received }: Exchange, { isValid }: { isValid: boolean }): void {
    if (pathPattern.test(sent.path)) {
      for (const name of pathParameterNames) this.#covered.add(`parameter ${name}`)
    }
    for (const name of headerParameterNames) {
      if (sent.headers.get(name) !== null) this.#covered.add(`parameter ${name}`)
    }
    if (isContractMediaType(sent.headers.get('content-type'))) {
      this.#covered.add(`body ${operation.mediaType}`)
    }
    for (const { name, scheme } of operation.security) {
      const [sentScheme] = (sent.headers.get('authorization') ?? '').split(' ')
      if (sentScheme?.toLowerCase() === scheme) this.#covered.add(`security ${name}`)
    }
    if (!isValid || !isStatus(received.status)) return
    const status = received.status
    this.#covered.add(`status ${status}`)
    for (const name of operation.responseHeaders[status]) {
      if (received.headers.get(name) !== null) this.#covered.add(`header ${status} ${name}`)
    }
    for (const name of examplesOf(received, status)) this.#covered.add(`example ${name}`)
  }

  coverage(): Coverage {
    const item = (kind: string, name: string): CoverageItem => ({
      name,
      covered: this.#covered.has(`${kind} ${name}`),
    })
    return {
      statuses: operation.statuses.map((status) => item('status', `${status}`)),
      examples: exampleNames.map((name) => item('example', name)),
      responseHeaders: operation.statuses.flatMap((status) =>
        operation.responseHeaders[status].map((name) => item('header', `${status} ${name}`)),
      ),
      parameters: operation.parameters.map(({ name }) => item('parameter', name)),
      requestBody: [item('body', operation.mediaType)],
      securitySchemes: operation.security.map(({ name }) => item('security', name)),
    }
  }
}

// Not anchored at the start, since the base URL may have a path of its own.
const pathPattern = new RegExp(`${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`)

// A body without an error_type covers every example of its status.
function examplesOf(received: ReceivedResponse, status: Status): string[] {
  const errorType = errorTypeOf(received)
  if (errorType === undefined) return exampleNames.filter((name) => statusOf(name) === status)
  return isExampleName(errorType) ? [errorType] : []
}
