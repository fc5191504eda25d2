import type { Call, Operation } from './operation.ts'
import { AbortedByClient, OutcomeUnknown } from './system.ts'

/** Whether a call succeeded, and the names of what it produced. */
export interface Outcome {
  succeeded: boolean
  produced?: string[]
}

/** Records a history. */
export class Recorder {
  readonly calls: Call[] = []
  readonly #counts = new Map<string, number>()

  /** Generates a new name: `a1`, `a2`… */
  name(prefix: 'c' | 'a' | 'r' | 'p' | 'g'): string {
    const count = (this.#counts.get(prefix) ?? 0) + 1
    this.#counts.set(prefix, count)
    return `${prefix}${count}`
  }

  /** @returns false if there was no response */
  async record(
    client: string,
    operation: Operation,
    perform: () => Promise<Outcome>,
  ): Promise<boolean> {
    const invokedAt = performance.now()
    try {
      const { succeeded, produced = [] } = await perform()
      this.calls.push({
        operation,
        client,
        invokedAt,
        completedAt: performance.now(),
        succeeded,
        produced,
      })
      return true
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error
      this.calls.push({
        operation,
        client,
        invokedAt,
        completedAt: Infinity,
        succeeded: undefined,
        produced: [],
        ...(!(error instanceof AbortedByClient) && { failure: error.message }),
      })
      return false
    }
  }
}
