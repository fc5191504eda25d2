import type { Call } from './operation.ts'
import type { State } from './specification.ts'
import { initialState, keyOf, step } from './specification.ts'

/**
 * Looks for an order of the calls that respects both their times (a call that was answered before
 * another began comes first) and the sequential specification: the search of Wing and Gong
 * ("Testing and verifying concurrent objects", 1993), which skips what it has seen (Lowe, 2017).
 *
 * @param history the calls of one connection, since linearizability is local to it
 * @returns undefined if there is no such order: the history is not linearizable
 */
export function findLinearization(history: Call[]): Call[] | undefined {
  const calls = history.toSorted((left, right) => left.invokedAt - right.invokedAt)
  const mustHappen = calls.filter((call) => call.succeeded !== undefined).length
  const seen = new Set<string>()
  const order: Call[] = []
  return extend(initialState, 0n, 0) ? order : undefined

  function extend(state: State, taken: bigint, happened: number): boolean {
    if (happened === mustHappen) return true
    const key = `${taken}|${keyOf(state)}`
    if (seen.has(key)) return false
    seen.add(key)
    const deadline = earliestAnswer(taken)
    for (const [index, call] of calls.entries()) {
      if (call.invokedAt > deadline) break
      const bit = 1n << BigInt(index)
      if ((taken & bit) !== 0n) continue
      const { succeeds, next } = step(state, call.operation)
      const isAnswered = call.succeeded !== undefined
      if (isAnswered && call.succeeded !== succeeds) continue
      order.push(call)
      if (extend(next, taken | bit, happened + (isAnswered ? 1 : 0))) return true
      order.pop()
    }
    return false
  }

  /** Whatever began after this has to wait for the call that was answered then. */
  function earliestAnswer(taken: bigint): number {
    let earliest = Infinity
    for (const [index, { answeredAt }] of calls.entries()) {
      if ((taken & (1n << BigInt(index))) === 0n) earliest = Math.min(earliest, answeredAt)
    }
    return earliest
  }
}
