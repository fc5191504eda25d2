import { JournalLog } from '../journal/journal.ts'
import { listOf, RevokedPairs } from './lists.ts'
import { findOperation, parseScenario } from '../scenario/parse-scenario.ts'
import { ScenarioPlayer } from '../scenario/player.ts'
import type { ScenarioKey } from '../scenario/player.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** The state of one isolation key. */
export class KeyState {
  readonly journal: JournalLog
  readonly player = new ScenarioPlayer()
  readonly revoked = new RevokedPairs()

  constructor(isEvicted: boolean) {
    this.journal = new JournalLog(isEvicted)
  }

  /** @throws {ScenarioError} */
  define(operationId: unknown, id: unknown, definition: unknown): Scenario {
    const scenario = parseScenario(operationId, id, definition)
    this.player.define(scenario)
    this.#restore(scenario)
    return scenario
  }

  /**
   * Removes definitions, restarts sequences and restores revoked items, of one scenario or of all.
   *
   * @throws {ScenarioError} if the contract has no such operation
   */
  resetScenarios(scenario?: ScenarioKey): void {
    if (scenario) this.#restore(scenario)
    else this.revoked.clear()
    this.player.reset(scenario)
  }

  /** Restores the revoked items of a list. */
  #restore({ operationId, id }: ScenarioKey): void {
    const operation = findOperation(operationId)
    if (listOf(operation)) this.revoked.clear({ [operation.scenarios.parameter]: id })
  }
}
