import { declaresStatus, hasMediaType } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import type { Exchange } from './send/exchange.ts'
import { errorTypeOf } from './verify.ts'

/** One element of the contract, and whether the run covered it. */
export interface CoverageItem {
  name: string
  covered: boolean
}

/** The elements of an operation that a run covered. */
export interface Coverage {
  /** Statuses that were received in a valid response. */
  statuses: CoverageItem[]
  /** Named examples; for errors, the `error_type`s that were received. */
  examples: CoverageItem[]
  /** Declared response headers that were received, as `429 Retry-After`. */
  responseHeaders: CoverageItem[]
  /** Parameters that were sent. */
  parameters: CoverageItem[]
  /** Whether a request body was sent; empty if the operation takes none. */
  requestBody: CoverageItem[]
  /** Security schemes whose credentials were sent. */
  securitySchemes: CoverageItem[]
}

/** Records which elements of an operation the exchanges of a run cover. */
export class CoverageRecorder {
  readonly #operation: Operation
  readonly #covered = new Set<string>()

  constructor(operation: Operation) {
    this.#operation = operation
  }

  /**
   * Records what was sent and, if the response is valid, what was received.
   *
   * @param expected the example that a response without an `error_type` covers
   */
  record(
    { sent, received }: Exchange,
    { isValid, expected }: { isValid: boolean; expected?: string },
  ): void {
    const { parameters, requestBody, security, responseHeaders } = this.#operation
    for (const [name, { in: location }] of Object.entries(parameters)) {
      const source = location === 'query' ? sent.query : sent.headers
      // The path contains all of its parameters.
      if (location === 'path' || source.get(name) !== null) this.#covered.add(`parameter ${name}`)
    }
    if (requestBody && hasMediaType(sent.headers.get('content-type'), requestBody.mediaType)) {
      this.#covered.add(`body ${requestBody.mediaType}`)
    }
    for (const { name, scheme } of security) {
      const [sentScheme] = (sent.headers.get('authorization') ?? '').split(' ')
      if (sentScheme?.toLowerCase() === scheme) this.#covered.add(`security ${name}`)
    }
    const { status, headers } = received
    if (!isValid || !declaresStatus(this.#operation, status)) return
    this.#covered.add(`status ${status}`)
    for (const name of Object.keys(responseHeaders[status] ?? {})) {
      if (headers.get(name) !== null) this.#covered.add(`header ${status} ${name}`)
    }
    const example = errorTypeOf(received) ?? expected
    if (example !== undefined) this.#covered.add(`example ${example}`)
  }

  /** The coverage so far. */
  coverage(): Coverage {
    const { responseBodies, examples, responseHeaders, parameters, requestBody, security } =
      this.#operation
    const item = (kind: string, name: string): CoverageItem => ({
      name,
      covered: this.#covered.has(`${kind} ${name}`),
    })
    return {
      statuses: Object.keys(responseBodies).map((status) => item('status', status)),
      examples: Object.keys(examples).map((name) => item('example', name)),
      responseHeaders: Object.entries(responseHeaders).flatMap(([status, headers]) =>
        Object.keys(headers).map((name) => item('header', `${status} ${name}`)),
      ),
      parameters: Object.keys(parameters).map((name) => item('parameter', name)),
      requestBody: requestBody ? [item('body', requestBody.mediaType)] : [],
      securitySchemes: security.map(({ name }) => item('security', name)),
    }
  }
}

/** The elements of an operation by kind, with titles, without the kinds that it does not have. */
export function coverageRows(
  coverage: Partial<Coverage>,
): [title: string, items: CoverageItem[]][] {
  const rows: [title: string, items: CoverageItem[] | undefined][] = [
    ['statuses', coverage.statuses],
    ['examples', coverage.examples],
    ['response headers', coverage.responseHeaders],
    ['parameters', coverage.parameters],
    ['request body', coverage.requestBody],
    ['security schemes', coverage.securitySchemes],
  ]
  return rows.flatMap(([title, items = []]) => (items.length > 0 ? [[title, items]] : []))
}

/** The names of the elements that were not covered. */
export function notCovered(items: readonly CoverageItem[]): string[] {
  return items.filter(({ covered }) => !covered).map(({ name }) => name)
}
