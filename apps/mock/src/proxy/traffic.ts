import type { Operation, OperationId, ReceivedHeaders } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { CoverageRecorder } from '@connected-apps/contract-tests/reporting'
import type { Coverage } from '@connected-apps/contract-tests/reporting'
import type { CheckedExchange } from './check.ts'
import { describeViolation } from './violations.ts'

/** What a proxy has counted since its start or the last reset. */
export interface TrafficTotals {
  /** The number of checked requests. */
  exchanges: number
  /** The number of violations of the contract. */
  violations: number
  /** The number of requests that got no response from the provider. */
  failures: number
}

/** How the traffic through the proxy conformed to the contract, and what of it was covered. */
export interface TrafficReport {
  /** Every operation of the contract, called or not. */
  operations: OperationTraffic[]
  /** The requests for no operation. */
  unmatched: ViolationCount
}

/** The traffic of one operation. */
export interface OperationTraffic {
  operationId: OperationId
  /** The number of checked requests. */
  exchanges: number
  /** How many of them got a response, whether it conforms or not. */
  responded: number
  requests: ViolationCount
  responses: ViolationCount
  coverage: Partial<Coverage>
}

/** The violations by the requests of an operation, or by its responses. */
export interface ViolationCount {
  total: number
  /** One line for each kind of violation, with how often it occurred and where first; at most 100. */
  lines: string[]
}

const maxKinds = 100

/** Counts the traffic by operation. */
export class TrafficRecord {
  #operations = new Map<Operation | undefined, OperationRecord>()

  constructor() {
    this.reset()
  }

  reset(): void {
    this.#operations = new Map(
      [...allOperations, undefined].map((operation) => [operation, new OperationRecord(operation)]),
    )
  }

  add(
    { operation, violations, response, received }: CheckedExchange,
    sent: { target: string; query: ReceivedHeaders; headers: ReceivedHeaders },
  ): void {
    const record = this.#operations.get(operation)
    if (record === undefined) return // every operation has a record
    record.exchanges += 1
    // One that is incomplete, or not HTTP, leaves only its violation.
    if (response || violations.some(({ direction }) => direction === 'response')) {
      record.responded += 1
    }
    for (const violation of violations) {
      record[violation.direction].add(describeViolation(violation), sent.target)
    }
    if (received) record.coverage?.record({ sent, received }, { isValid: violations.length === 0 })
  }

  report(): TrafficReport {
    const operations = allOperations.flatMap((operation): OperationTraffic[] => {
      const record = this.#operations.get(operation)
      if (record?.coverage === undefined) return []
      const { exchanges, responded, request, response, coverage } = record
      return [
        {
          operationId: operation.operationId,
          exchanges,
          responded,
          requests: request.count(),
          responses: response.count(),
          coverage: withErrorExamples(operation, coverage.coverage()),
        },
      ]
    })
    const unmatched = this.#operations.get(undefined)?.request.count()
    return { operations, unmatched: unmatched ?? { total: 0, lines: [] } }
  }
}

/** A success cannot be matched to one of its examples; an error can, by its `error_type`. */
function withErrorExamples(
  { examples, successStatus }: Operation,
  coverage: Coverage,
): Partial<Coverage> {
  const isError = ({ name }: { name: string }) => examples[name]?.status !== successStatus
  return { ...coverage, examples: coverage.examples.filter(isError) }
}

class OperationRecord {
  exchanges = 0
  responded = 0
  readonly request = new ViolationKinds()
  readonly response = new ViolationKinds()
  readonly coverage: CoverageRecorder | undefined

  constructor(operation: Operation | undefined) {
    this.coverage = operation && new CoverageRecorder(operation)
  }
}

class ViolationKinds {
  #total = 0
  readonly #kinds = new Map<string, { times: number; first: string }>()

  add(description: string, first: string): void {
    this.#total += 1
    const kind = this.#kinds.get(description)
    if (kind) kind.times += 1
    else if (this.#kinds.size < maxKinds) this.#kinds.set(description, { times: 1, first })
  }

  count(): ViolationCount {
    const lines = [...this.#kinds].map(
      ([description, { times, first }]) =>
        `${description} (${times === 1 ? '' : `${times} times, first `}${first})`,
    )
    return { total: this.#total, lines }
  }
}
