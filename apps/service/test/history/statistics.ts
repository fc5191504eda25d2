import type { Call, Operation } from './operation.ts'

type Kind = Operation['kind']

/** What histories were made of, so that a proof that met no race is not taken for one. */
export class Figures {
  histories = 0
  notLinearizable = 0
  operations = 0
  /** Operations without an answer because their client cut the connection. */
  cuts = 0
  /** Why other operations had no answer, or a 5xx. A service that fails proves nothing. */
  readonly failures: string[] = []
  /** Operations of each kind that went on while a revoke did. */
  readonly overlappedByRevoke = new Map<Kind, number>()
  /** Of these, how many succeeded. */
  readonly succeededInOverlap = new Map<Kind, number>()
  /** Pairs of exchanges or refreshes of one token that went on at once. */
  tokenRaces = 0

  add(history: Call[], isLinearizable: boolean): void {
    this.histories += 1
    this.notLinearizable += isLinearizable ? 0 : 1
    this.operations += history.length
    const revokes = history.filter(({ operation }) => operation.kind === 'revoke')
    for (const call of history) {
      const { kind } = call.operation
      if (call.failure !== undefined) this.failures.push(call.failure)
      else if (call.succeeded === undefined) this.cuts += 1
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
      `operations: ${this.operations}, cut: ${this.cuts}, failed: ${this.failures.length}`,
      `overlapped by a revoke: ${overlaps.join(', ')}`,
      `races for one code or refresh token: ${this.tokenRaces}`,
    ].join('\n')
  }
}

function isOverlap(left: Call, right: Call): boolean {
  return left.invokedAt < right.answeredAt && right.invokedAt < left.answeredAt
}

function isSameToken(left: Operation, right: Operation): boolean {
  return 'token' in left && 'token' in right && left.token === right.token
}

function increment(counts: Map<Kind, number>, kind: Kind): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1)
}
