import type { LedgerRecord } from './records.ts'
import type { Result } from '../outcome.ts'

/** What a ledger says of a target: its last result, or that it was sent without one, or not sent. */
export type TargetState = Result | 'sent' | 'unsent'

const TARGET_STATES: readonly TargetState[] = [
  'unsent',
  'sent',
  'revoked',
  'not_found',
  'forbidden',
  'failed',
  'unknown',
]

/** Whether a resume sends such a target. */
function isPending(state: TargetState): boolean {
  return state === 'unsent' || state === 'sent' || state === 'unknown'
}

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

  count(): Record<TargetState, number> {
    const counts = TARGET_STATES.map(() => 0)
    for (const byte of this.#bytes.subarray(0, this.#targets)) {
      counts[byte] = (counts[byte] ?? 0) + 1
    }
    const entries = TARGET_STATES.map((state, index) => [state, counts[index]])
    return Object.fromEntries(entries) as Record<TargetState, number> // an entry for each state
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
    if (isPending(this.of(ordinal))) this.#bytes[ordinal] = TARGET_STATES.indexOf(state)
  }
}
