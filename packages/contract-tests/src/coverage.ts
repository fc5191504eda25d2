import {
  headerParameterNames,
  isContractMediaType,
  isStatus,
  operation,
  pathParameterNames,
} from '@connected-apps/contract'
import type { ReceivedResponse, Status } from '@connected-apps/contract'
import { exampleNames, isExampleName, statusOf } from '@connected-apps/contract/examples'
import type { Exchange } from './exchange.ts'
import { errorTypeOf } from './judge.ts'

/** One thing that the contract has, and whether the run touched it. */
export interface CoverageItem {
  name: string
  touched: boolean
}

/** What of the contract a run touched. */
export interface Coverage {
  /** Statuses that were received with a right answer. */
  statuses: CoverageItem[]
  /** Named examples: for errors, the `error_type`s that were received. */
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

/** Keeps account of what the exchanges of a run touch. */
export class CoverageRecorder {
  readonly #touched = new Set<string>()

  /** Counts what was sent; what was received counts only if it was `right`. */
  record({ sent, received }: Exchange, right: boolean): void {
    if (pathPattern.test(sent.path)) {
      for (const name of pathParameterNames) this.#touched.add(`parameter ${name}`)
    }
    for (const name of headerParameterNames) {
      if (sent.headers.get(name) !== null) this.#touched.add(`parameter ${name}`)
    }
    if (isContractMediaType(sent.headers.get('content-type'))) {
      this.#touched.add(`body ${operation.mediaType}`)
    }
    for (const { name, scheme } of operation.security) {
      const [sentScheme] = (sent.headers.get('authorization') ?? '').split(' ')
      if (sentScheme?.toLowerCase() === scheme) this.#touched.add(`security ${name}`)
    }
    if (!right || !isStatus(received.status)) return
    const status = received.status
    this.#touched.add(`status ${status}`)
    for (const name of operation.responseHeaders[status]) {
      if (received.headers.get(name) !== null) this.#touched.add(`header ${status} ${name}`)
    }
    for (const name of examplesOf(received, status)) this.#touched.add(`example ${name}`)
  }

  coverage(): Coverage {
    const item = (kind: string, name: string): CoverageItem => ({
      name,
      touched: this.#touched.has(`${kind} ${name}`),
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

// Behind whatever path the base URL has.
const pathPattern = new RegExp(`${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`)

// A body without an error_type touches what examples its status has.
function examplesOf(received: ReceivedResponse, status: Status): string[] {
  const errorType = errorTypeOf(received)
  if (errorType === undefined) return exampleNames.filter((name) => statusOf(name) === status)
  return isExampleName(errorType) ? [errorType] : []
}
