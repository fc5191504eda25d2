import type { Call } from './operation.ts'
import type { State } from './specification.ts'
import { initialState, keyOf, step } from './specification.ts'

/**
 * Searches for an order of the calls that agrees with their times (a call that completed before
 * another was invoked comes first) and with the sequential specification. This is the algorithm of
 * Wing and Gong ("Testing and verifying concurrent objects", 1993), which skips configurations that
 * it has already visited (Lowe, 2017).
 *
 * @param history the calls of one authorization, since linearizability is a local property
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
    const deadline = earliestCompletion(taken)
    for (const [index, call] of calls.entries()) {
      if (call.invokedAt > deadline) break
      const bit = 1n << BigInt(index)
      if ((taken & bit) !== 0n) continue
      const { succeeds, next } = step(state, call.operation)
      const isCompleted = call.succeeded !== undefined
      if (isCompleted && call.succeeded !== succeeds) continue
      order.push(call)
      if (extend(next, taken | bit, happened + (isCompleted ? 1 : 0))) return true
      order.pop()
    }
    return false
  }

  /** A call that was invoked after this time must come after the call that completed then. */
  function earliestCompletion(taken: bigint): number {
    let earliest = Infinity
    for (const [index, { completedAt }] of calls.entries()) {
      if ((taken & (1n << BigInt(index))) === 0n) earliest = Math.min(earliest, completedAt)
    }
    return earliest
  }
}
