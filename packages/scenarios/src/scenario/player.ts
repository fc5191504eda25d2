import type { OperationMatch } from '@connected-apps/contract/operations'
import { LruMap } from '../state/lru-map.ts'
import { allScenarios } from './scenario.ts'
import type { PlannedResponse, Scenario } from './scenario.ts'

/** How many defined scenarios are kept at most. */
export const maxDefinitions = 100

/** How many sequences in progress are kept at most. */
export const maxSequences = 1000

/** Identifies a scenario: different operations may use the same id. */
export type ScenarioKey = Pick<Scenario, 'operationId' | 'id'>

/** Plays scenarios: tracks the position in each sequence of responses, and which scenarios are defined. */
export class ScenarioPlayer {
  readonly #defined = new LruMap<string, Scenario>(maxDefinitions)
  readonly #callCounts = new LruMap<string, number>(maxSequences)

  /** The scenario in effect for an operation and an id. */
  find({ operationId, id }: ScenarioKey): Scenario | undefined {
    const key = keyOf({ operationId, id })
    return this.#defined.get(key) ?? builtIn.get(key)
  }

  /**
   * Advances a scenario to its next response. Each combination of path parameters has its own
   * sequence, so that parallel tests with different Members do not consume each other's responses.
   */
  nextResponse(scenario: Scenario, { path }: OperationMatch): PlannedResponse {
    const { responses } = scenario
    const key = keyOf(scenario)
    if (responses.length === 1) return responses[0]
    const sequence = [key, ...Object.values(path).map(encodeURIComponent)].join('/')
    const calls = this.#callCounts.get(sequence) ?? 0
    this.#callCounts.set(sequence, calls + 1)
    return responses[Math.min(calls, responses.length - 1)] ?? responses[0]
  }

  /** Defines a scenario, replacing any other of the same operation and id. */
  define(scenario: Scenario): void {
    this.#restartSequences(keyOf(scenario))
    this.#defined.set(keyOf(scenario), scenario)
  }

  /** The scenarios in effect: those defined at run time, and the built-in ones that are not replaced. */
  scenarios(): Scenario[] {
    const replaced = new Set(this.#defined.keys())
    return [
      ...this.#defined.values(),
      ...allScenarios.filter((scenario) => !replaced.has(keyOf(scenario))),
    ]
  }

  /** Restarts sequences and removes defined scenarios, of one id or of all. */
  reset(scenario?: ScenarioKey): void {
    if (scenario === undefined) {
      this.#defined.clear()
      this.#callCounts.clear()
    } else {
      this.#defined.delete(keyOf(scenario))
      this.#restartSequences(keyOf(scenario))
    }
  }

  #restartSequences(key: string): void {
    for (const sequence of this.#callCounts.keys()) {
      if (sequence.startsWith(`${key}/`)) this.#callCounts.delete(sequence)
    }
  }
}

const builtIn: ReadonlyMap<string, Scenario> = new Map(
  allScenarios.map((scenario) => [keyOf(scenario), scenario]),
)

function keyOf({ operationId, id }: ScenarioKey): string {
  return `${operationId}/${encodeURIComponent(id)}`
}
