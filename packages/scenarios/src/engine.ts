import { exampleResponse, examplesOf } from './plan/choose-example.ts'
import type { ExampleResponse } from './plan/choose-example.ts'
import { detach } from './detach.ts'
import { Exchange } from './exchange.ts'
import type { MockRequest, RequestHead } from './exchange.ts'
import type { JournalEntry, JournalLog } from './journal/journal.ts'
import { KeyState } from './state/key-state.ts'
import { LruMap } from './state/lru-map.ts'
import type { Plan } from './plan/plan.ts'
import type { ScenarioKey } from './scenario/player.ts'
import type { Scenario, ScenarioDefinition } from './scenario/scenario.ts'
import { keyPrefix, readTarget } from './target.ts'
import type { Target } from './target.ts'

/** How many isolation keys are kept at most, besides the default one. */
export const maxKeys = 100

/** How many evicted keys are remembered. */
const maxEvictedKeys = 10_000

/** The latest requests of one isolation key. */
export type Journal = Pick<
  JournalLog,
  'total' | 'list' | 'latest' | 'assert' | 'waitFor' | 'clear' | 'subscribe'
>

/** The journal, definitions, sequences and lists of one isolation key, independent of all others. */
export interface MockKey {
  readonly journal: Journal
  /** The scenarios in effect: those defined here, and the built-in ones that are not replaced. */
  scenarios(): Scenario[]
  /**
   * Defines the responses of an operation to an id, call by call, its list, or both.
   *
   * @throws {ScenarioError} if the contract has no such operation or example, or does not allow the
   *   id or list
   */
  define(definition: ScenarioDefinition): Scenario
  /** Empties the journal, removes definitions, restarts sequences and restores revoked apps. */
  reset(): void
  /**
   * Removes definitions, restarts sequences and restores revoked apps, of one scenario or of all.
   *
   * @throws {ScenarioError} if the contract has no such operation
   */
  resetScenarios(scenario?: ScenarioKey): void
}

/**
 * Decides which response a request to a mock gets, and keeps the state that this depends on. Each
 * mock has one.
 *
 * @example
 * const engine = new ScenarioEngine()
 * const { status, headers, body } = await engine.respond({ method, url, headers, body })
 * engine.key().journal.assert({ operationId: 'revokeConnectedApp' }, 1).ok
 */
export class ScenarioEngine {
  readonly #listeners = new Set<EngineListener>()
  readonly #changeListeners = new Set<ChangeListener>()
  readonly #evicted = new LruMap<string, true>(maxEvictedKeys)
  readonly #default = this.#createState('')
  readonly #states = new LruMap<string, KeyState>(maxKeys, (key, state) => {
    state.journal.evict()
    this.#evicted.set(key, true)
    this.#announceChange(key, true)
  })

  /**
   * The state of an isolation key; without a name, that of requests without a key.
   *
   * @throws {TypeError} if the name is not valid
   */
  key(name?: string): MockKey {
    if (name !== undefined) keyPrefix(name) // throws if it is not valid
    // Looked up for each use, because the key may have been evicted in between.
    const state = () => this.#stateOf(name ?? '')
    return {
      get journal() {
        return state().journal
      },
      scenarios: () => state().player.scenarios(),
      define: (definition) => {
        // JavaScript may pass anything.
        const { operationId, id } = Object(definition) as Partial<ScenarioDefinition>
        return this.#define(name ?? '', operationId, id, definition)
      },
      reset: () => {
        state().resetScenarios()
        state().journal.clear() // also announces the change
      },
      resetScenarios: (scenario) => {
        state().resetScenarios(scenario)
        this.#announceChange(name ?? '')
      },
    }
  }

  /**
   * Like `define` of a key, for a definition received over HTTP: if it contains the operation and id,
   * they must be those of its route. The default key is the empty string.
   *
   * @throws {ScenarioError}
   */
  defineAt(
    { key, operationId, id }: { key: string; operationId: string; id: string },
    definition: unknown,
  ): Scenario {
    return this.#define(key, operationId, id, definition)
  }

  /**
   * Starts an exchange, for mocks that read the body later or have responses of their own. A request
   * with an invalid key is in no journal, since it belongs to no test.
   *
   * @param target the result of `readTarget`, if it has been called already
   */
  receive(head: RequestHead, target: Target = readTarget(head.url, head.headers)): Exchange {
    const isValid = target.error === undefined
    return new Exchange(head, target, isValid ? this.#stateOf(target.key) : this.#createState(''))
  }

  /**
   * Responds to a request, after the delay of the response. If the request prefers a generated body,
   * the response is the example of that status.
   *
   * @throws the reason of the signal if it aborts during the delay
   */
  async respond(
    request: MockRequest,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<ExampleResponse> {
    const exchange = this.receive(request)
    const plan = exchange.plan(request.body)
    if (!(await exchange.delay(signal))) throw signal?.reason
    const response = exchange.finish(responseOf(plan))
    // A copy, because code that changed the contract's own body would change it for every key.
    return { ...response, body: detach(response.body) }
  }

  /**
   * Calls the listener with each request of every key when it arrives, and again when it is
   * complete. The key is the empty string for a request with no key or an invalid one.
   *
   * @param onChange is called with a key when entries have been removed from its journal, when its
   *   scenarios have been defined or reset, and, with `true`, when it has been evicted
   * @returns a function that unsubscribes
   */
  subscribe(listener: EngineListener, onChange?: ChangeListener): () => void {
    this.#listeners.add(listener)
    if (onChange) this.#changeListeners.add(onChange)
    return () => {
      this.#listeners.delete(listener)
      if (onChange) this.#changeListeners.delete(onChange)
    }
  }

  #define(key: string, operationId: unknown, id: unknown, definition: unknown): Scenario {
    const scenario = this.#stateOf(key).define(operationId, id, definition)
    this.#announceChange(key)
    return scenario
  }

  #announceChange(key: string, isEvicted = false): void {
    for (const onChange of this.#changeListeners) onChange(key, isEvicted)
  }

  #stateOf(key: string): KeyState {
    if (key === '') return this.#default
    const known = this.#states.get(key)
    if (known) return known
    const name = detach(key) // it may be a part of a long URL
    const state = this.#createState(name)
    this.#states.set(name, state)
    return state
  }

  #createState(key: string): KeyState {
    const state = new KeyState(this.#evicted.delete(key))
    state.journal.subscribe(
      (entry) => {
        for (const listener of this.#listeners) listener(entry, key)
      },
      () => this.#announceChange(key),
    )
    return state
  }
}

/** Called with each request when it arrives, and again when it is complete. */
type EngineListener = (entry: JournalEntry, key: string) => void

/** Called when a key has changed other than by a request. */
type ChangeListener = (key: string, isEvicted: boolean) => void

function responseOf(plan: Plan): ExampleResponse {
  if (plan.kind === 'fixed') return plan.response
  const { operation, status } = plan
  const example = plan.kind === 'example' ? plan.example : examplesOf(operation, status)[0]
  return exampleResponse(operation, example ?? '')
}
