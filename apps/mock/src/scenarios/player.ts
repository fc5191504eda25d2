import type { PathParameters } from '@connected-apps/contract'
import { scenarios } from './built-in.ts'
import type { PlannedResponse, Scenario } from './built-in.ts'
import { LruMap } from './lru-map.ts'

/** How many defined scenarios, and how many sequences in progress, are kept at most. */
export const maxPlayerEntries = 1000

/** Gives each scenario id its responses in order, and tracks how far each sequence has come. */
export class ScenarioPlayer {
  readonly #builtIn: ReadonlyMap<string, Scenario> = new Map(
    scenarios.map((scenario) => [scenario.connected_app_id, scenario]),
  )
  readonly #defined = new LruMap<string, Scenario>(maxPlayerEntries)
  readonly #callCounts = new LruMap<string, number>(maxPlayerEntries)

  /**
   * The next response if the connected_app_id belongs to a scenario. Each Member has a sequence of
   * its own, so that tests that run in parallel do not consume each other's responses.
   */
  nextResponse(ids: PathParameters): PlannedResponse | undefined {
    const scenario =
      this.#defined.get(ids.connected_app_id) ?? this.#builtIn.get(ids.connected_app_id)
    if (!scenario) return undefined
    const { responses } = scenario
    if (responses.length === 1) return responses[0]
    const sequence = [ids.connected_app_id, ids.member_id, ids.organization_id].join('/')
    const calls = this.#callCounts.get(sequence) ?? 0
    this.#callCounts.set(sequence, calls + 1)
    return responses[Math.min(calls, responses.length - 1)]
  }

  /** Defines a scenario, which replaces any other with the same connected_app_id. */
  define(scenario: Scenario): void {
    this.#restartSequences(scenario.connected_app_id)
    this.#defined.set(scenario.connected_app_id, scenario)
  }

  /** The scenarios in effect: those defined at run time, and the built-in ones not replaced. */
  scenarios(): Scenario[] {
    const defined = this.#defined.values()
    const replaced = new Set(defined.map((scenario) => scenario.connected_app_id))
    return [...defined, ...scenarios.filter(({ connected_app_id: id }) => !replaced.has(id))]
  }

  /** Restarts sequences and removes defined scenarios, of one connected_app_id or of all. */
  reset(connectedAppId?: string): void {
    if (connectedAppId === undefined) {
      this.#defined.clear()
      this.#callCounts.clear()
    } else {
      this.#defined.delete(connectedAppId)
      this.#restartSequences(connectedAppId)
    }
  }

  #restartSequences(connectedAppId: string): void {
    for (const sequence of this.#callCounts.keys()) {
      if (sequence.startsWith(`${connectedAppId}/`)) this.#callCounts.delete(sequence)
    }
  }
}
