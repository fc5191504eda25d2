import type { Call, Operation } from './operation.ts'
import { CutByClient, OutcomeUnknown } from './system.ts'

/** What a call brought: whether it succeeded, and the names of what came. */
export interface Outcome {
  succeeded: boolean
  brought?: string[]
}

/** Writes a history down. */
export class Recorder {
  readonly calls: Call[] = []
  readonly #counts = new Map<string, number>()

  /** A new name: `a1`, `a2`… */
  name(prefix: 'c' | 'a' | 'r' | 'p' | 'g'): string {
    const count = (this.#counts.get(prefix) ?? 0) + 1
    this.#counts.set(prefix, count)
    return `${prefix}${count}`
  }

  /** @returns false if no answer came */
  async record(
    client: string,
    operation: Operation,
    perform: () => Promise<Outcome>,
  ): Promise<boolean> {
    const invokedAt = performance.now()
    try {
      const { succeeded, brought = [] } = await perform()
      this.calls.push({
        operation,
        client,
        invokedAt,
        answeredAt: performance.now(),
        succeeded,
        brought,
      })
      return true
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error
      this.calls.push({
        operation,
        client,
        invokedAt,
        answeredAt: Infinity,
        succeeded: undefined,
        brought: [],
        ...(!(error instanceof CutByClient) && { failure: error.message }),
      })
      return false
    }
  }
}
