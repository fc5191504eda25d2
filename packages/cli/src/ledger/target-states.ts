import type { Result } from '../outcome.ts'
import { RESULTS } from './record-lines.ts'
import type { LedgerRecord } from './records.ts'

/** The state of a target in a ledger: its last result, or that it was sent without one, or not sent. */
export type TargetState = Result | 'sent' | 'unsent'

/** How far the targets of a ledger are. */
export interface LedgerCounts {
  readonly targets: number
  /** By the last outcome. One that is unknown is pending as well. */
  readonly results: Readonly<Record<Result, number>>
  /** How many have no final outcome, so that a resume sends them. */
  readonly pending: number
  /** How many of these had been sent when the process was killed. */
  readonly sentWithoutOutcome: number
}

const TARGET_STATES: readonly TargetState[] = ['unsent', 'sent', ...RESULTS]

/** The states of a ledger's targets, in a byte for each. */
export class TargetStates {
  #bytes = new Uint8Array(1024)
  #targets = 0

  /** How many targets there are. */
  get targets(): number {
    return this.#targets
  }

  add(record: LedgerRecord): void {
    if (record.type === 'target') this.#addTarget()
    else if (record.type === 'sent') this.#set(record.ordinal, 'sent')
    else if (record.type === 'outcome') this.#set(record.ordinal, record.result)
  }

  /** @param ordinal the target's position in the plan, from 0 */
  of(ordinal: number): TargetState {
    return TARGET_STATES[this.#bytes[ordinal] ?? 0] ?? 'unsent'
  }

  /** Whether a target has no final outcome. */
  isPending(ordinal: number): boolean {
    const state = this.of(ordinal)
    return state === 'unsent' || state === 'sent' || state === 'unknown'
  }

  /** How many targets are in each state. */
  perState(): Record<TargetState, number> {
    const counts = TARGET_STATES.map(() => 0)
    for (const byte of this.#bytes.subarray(0, this.#targets)) {
      counts[byte] = (counts[byte] ?? 0) + 1
    }
    const entries = TARGET_STATES.map((state, index) => [state, counts[index]])
    return Object.fromEntries(entries) as Record<TargetState, number> // an entry for each state
  }

  count(): LedgerCounts {
    const { unsent, sent, ...results } = this.perState()
    return {
      targets: this.#targets,
      results,
      pending: unsent + sent + results.unknown,
      sentWithoutOutcome: sent,
    }
  }

  #addTarget(): void {
    this.#targets += 1
    if (this.#targets <= this.#bytes.length) return
    const grown = new Uint8Array(this.#bytes.length * 2)
    grown.set(this.#bytes)
    this.#bytes = grown
  }

  #set(ordinal: number, state: TargetState): void {
    // Nothing takes a final outcome away.
    if (this.isPending(ordinal)) this.#bytes[ordinal] = TARGET_STATES.indexOf(state)
  }
}
