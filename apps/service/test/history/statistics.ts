import type { Call, Operation } from './operation.ts'

type Kind = Operation['kind']

/** What happened in the histories, since histories without races would prove nothing. */
export class Statistics {
  histories = 0
  notLinearizable = 0
  operations = 0
  /** Operations without a response because their client aborted the request. */
  aborted = 0
  /** Why other operations had no response, or a 5xx. There must be none. */
  readonly failures: string[] = []
  /** The number of operations of each kind that overlapped a revoke. */
  readonly overlappedByRevoke = new Map<Kind, number>()
  /** How many of these succeeded. */
  readonly succeededInOverlap = new Map<Kind, number>()
  /** Pairs of overlapping exchanges or refreshes of one token. */
  tokenRaces = 0
  /** Pairs of refreshes with one token that rotates, both of which succeeded. */
  repeatedRefreshes = 0

  add(history: Call[], isLinearizable: boolean): void {
    this.histories += 1
    this.notLinearizable += isLinearizable ? 0 : 1
    this.operations += history.length
    const revokes = history.filter(({ operation }) => operation.kind === 'revoke')
    for (const call of history) {
      const { kind } = call.operation
      if (call.failure !== undefined) this.failures.push(call.failure)
      else if (call.succeeded === undefined) this.aborted += 1
      if (!revokes.some((revoke) => revoke !== call && isOverlap(call, revoke))) continue
      increment(this.overlappedByRevoke, kind)
      if (call.succeeded === true) increment(this.succeededInOverlap, kind)
    }
    const uses = history.filter(
      ({ operation: { kind } }) => kind === 'exchange' || kind === 'refresh',
    )
    for (const [index, call] of uses.entries()) {
      for (const other of uses.slice(index + 1)) {
        if (isSameToken(call.operation, other.operation) && isOverlap(call, other)) {
          this.tokenRaces += 1
        }
        if (isRepeat(call, other)) this.repeatedRefreshes += 1
      }
    }
  }

  toString(): string {
    const overlaps = [...this.overlappedByRevoke]
      .toSorted(([left], [right]) => left.localeCompare(right))
      .map(
        ([kind, count]) => `${kind} ${count} (${this.succeededInOverlap.get(kind) ?? 0} succeeded)`,
      )
    return [
      `histories: ${this.histories - this.notLinearizable} linearizable, ${this.notLinearizable} not`,
      `operations: ${this.operations}, aborted: ${this.aborted}, failed: ${this.failures.length}`,
      `overlapped by a revoke: ${overlaps.join(', ')}`,
      `races for one code or refresh token: ${this.tokenRaces}, repeated refreshes: ${this.repeatedRefreshes}`,
    ].join('\n')
  }
}

function isOverlap(left: Call, right: Call): boolean {
  return left.invokedAt < right.completedAt && right.invokedAt < left.completedAt
}

function isSameToken(left: Operation, right: Operation): boolean {
  return 'token' in left && 'token' in right && left.token === right.token
}

function isRepeat(left: Call, right: Call): boolean {
  const isRotation = left.operation.kind === 'refresh' && left.operation.rotates
  const haveSucceeded = left.succeeded === true && right.succeeded === true
  return isRotation && haveSucceeded && isSameToken(left.operation, right.operation)
}

function increment(counts: Map<Kind, number>, kind: Kind): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1)
}
