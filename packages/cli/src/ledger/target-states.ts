import type { LedgerRecord } from './records.ts'
import type { Result } from '../outcome.ts'

/** How a target stands: its result, or that it was sent without one, or not sent. */
export type Standing = Result | 'sent' | 'pending'

const STANDINGS: readonly Standing[] = [
  'pending',
  'sent',
  'revoked',
  'not_found',
  'forbidden',
  'failed',
  'unknown',
]

/** Whether a resume sends such a target. */
function isPending(standing: Standing): boolean {
  return standing === 'pending' || standing === 'sent' || standing === 'unknown'
}

/** How the targets of a ledger stand, in a byte for each. */
export class Standings {
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
  of(ordinal: number): Standing {
    return STANDINGS[this.#bytes[ordinal] ?? 0] ?? 'pending'
  }

  count(): Record<Standing, number> {
    const counts = STANDINGS.map(() => 0)
    for (const byte of this.#bytes.subarray(0, this.#targets)) {
      counts[byte] = (counts[byte] ?? 0) + 1
    }
    const entries = STANDINGS.map((standing, index) => [standing, counts[index]])
    return Object.fromEntries(entries) as Record<Standing, number> // an entry for each standing
  }

  #addTarget(): void {
    this.#targets += 1
    if (this.#targets <= this.#bytes.length) return
    const grown = new Uint8Array(this.#bytes.length * 2)
    grown.set(this.#bytes)
    this.#bytes = grown
  }

  #set(ordinal: number, standing: Standing): void {
    // Nothing takes a final outcome away.
    if (isPending(this.of(ordinal))) this.#bytes[ordinal] = STANDINGS.indexOf(standing)
  }
}
