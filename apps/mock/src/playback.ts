import type { PathParameters } from '@connected-apps/contract'
import { RecentMap } from './recent-map.ts'
import { scenarios } from './scenarios.ts'
import type { PlannedAnswer, Scenario } from './scenarios.ts'

/** So many ids are remembered, those used last. */
export const playbackCapacity = 1000

/** Plays the scenarios: knows which id stands for which, and how far each has come. */
export class Playback {
  readonly #builtIn: ReadonlyMap<string, Scenario> = new Map(
    scenarios.map((scenario) => [scenario.connected_app_id, scenario]),
  )
  readonly #defined = new RecentMap<string, Scenario>(playbackCapacity)
  readonly #calls = new RecentMap<string, number>(playbackCapacity)

  /**
   * The next answer for these ids, if the connected_app_id stands for a scenario. Each Member has a
   * run of its own, so that tests side by side do not use up each other's answers.
   */
  next(ids: PathParameters): PlannedAnswer | undefined {
    const scenario =
      this.#defined.get(ids.connected_app_id) ?? this.#builtIn.get(ids.connected_app_id)
    if (!scenario) return undefined
    const { answers } = scenario
    if (answers.length === 1) return answers[0]
    const run = [ids.connected_app_id, ids.member_id, ids.organization_id].join('/')
    const calls = this.#calls.get(run) ?? 0
    this.#calls.set(run, calls + 1)
    return answers[Math.min(calls, answers.length - 1)]
  }

  /** Lets a connected_app_id stand for a scenario, in place of what it stood for. */
  define(scenario: Scenario): void {
    this.#forget(scenario.connected_app_id)
    this.#defined.set(scenario.connected_app_id, scenario)
  }

  /** The scenarios in effect: those defined at run time, and the built-in ones that are left. */
  scenarios(): Scenario[] {
    const defined = this.#defined.values()
    const replaced = new Set(defined.map((scenario) => scenario.connected_app_id))
    return [...defined, ...scenarios.filter(({ connected_app_id: id }) => !replaced.has(id))]
  }

  /** Starts all sequences anew and forgets what was defined, for one connected_app_id or for all. */
  reset(connectedAppId?: string): void {
    if (connectedAppId === undefined) {
      this.#defined.clear()
      this.#calls.clear()
    } else {
      this.#defined.delete(connectedAppId)
      this.#forget(connectedAppId)
    }
  }

  #forget(connectedAppId: string): void {
    for (const run of this.#calls.keys()) {
      if (run.startsWith(`${connectedAppId}/`)) this.#calls.delete(run)
    }
  }
}
