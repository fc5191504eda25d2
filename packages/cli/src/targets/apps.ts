import type { LedgerRecord } from '../ledger/records.ts'
import type { NamedApp } from '../target.ts'

/** The apps of a plan, by name where the API has given one. */
export interface AppsSummary {
  readonly apps: readonly (Pick<NamedApp, 'connected_app_id'> & { readonly name?: string })[]
  /** Whether there are more than are listed. */
  readonly isMore: boolean
}

/** How many apps are held. */
const MAX_APPS = 100

/** Collects the apps of targets. */
export class Apps {
  readonly #names = new Map<string, string | undefined>()
  #isMore = false

  add(connected_app_id: string, name?: string): void {
    if (this.#names.has(connected_app_id) && name === undefined) return
    if (this.#names.has(connected_app_id) || this.#names.size < MAX_APPS) {
      this.#names.set(connected_app_id, name)
    } else {
      this.#isMore = true
    }
  }

  /** Adds the app of a record of a ledger, if it has one. */
  addFrom(record: LedgerRecord): void {
    if (record.type === 'target') this.add(record.connected_app_id)
    else if (record.type === 'app') this.add(record.connected_app_id, record.name)
  }

  summarize(): AppsSummary {
    const apps = Array.from(this.#names, ([connected_app_id, name]) => ({
      connected_app_id,
      ...(name !== undefined && { name }),
    }))
    return { apps, isMore: this.#isMore }
  }
}
