import type { Status } from '@connected-apps/contract'
import type { ExampleName } from '@connected-apps/contract/examples'
import { RecentLog } from './recent-log.ts'

/** So many requests are kept, the latest. */
export const journalCapacity = 1000

/** Whether project credentials were sent; what they were is not kept. */
export const credentialsKinds = ['present', 'absent'] as const

/** Which session headers were sent; what they held is not kept. */
export const sessionKinds = ['none', 'token', 'jwt', 'both'] as const

/** One request that arrived, and what became of it. It holds no secret. */
export interface JournalEntry {
  /** Counts every request since the start or the last reset, from 1. */
  number: number
  /** ISO 8601. */
  arrivedAt: string
  method: string
  /** Without the query; at most 512 characters. */
  path: string
  organization_id?: string
  member_id?: string
  connected_app_id?: string
  /** Whether project credentials were sent; what they were is not kept. */
  credentials: (typeof credentialsKinds)[number]
  /** Which session headers were sent; what they held is not kept. */
  session: (typeof sessionKinds)[number]
  /** The answer's status; absent while the request waits, and when the caller went away. */
  status?: Status
  /** The name of the contract's example that was answered. */
  example?: ExampleName
  /** The caller went away before it was answered. */
  aborted?: true
}

/** The names of what entries can be selected by. */
export const filterNames = [
  'method',
  'path',
  'organization_id',
  'member_id',
  'connected_app_id',
  'credentials',
  'session',
  'status',
  'example',
] as const satisfies readonly (keyof JournalEntry)[]

/** What to select entries by; every given property has to be equal. */
export type JournalFilter = Partial<Pick<JournalEntry, (typeof filterNames)[number]>>

/** How an expectation about the journal turned out. */
export interface JournalAssertion {
  ok: boolean
  message: string
  /** How often a request was expected; undefined is at least once. */
  expected: number | undefined
  actual: number
}

/** The requests that arrived, the latest {@link journalCapacity} of them. */
export class Journal {
  readonly #log = new RecentLog<Omit<JournalEntry, 'number'>>(journalCapacity)

  /** Every request since the start or the last reset, those forgotten included. */
  get total(): number {
    return this.#log.total
  }

  /** Notes a request that has just arrived. The entry is the caller's to complete. */
  add(arrival: Omit<JournalEntry, 'number' | 'arrivedAt'>): JournalEntry {
    return this.#log.add({ arrivedAt: new Date().toISOString(), ...arrival })
  }

  /** The entries that match, oldest first. */
  entries(filter: JournalFilter = {}): JournalEntry[] {
    const wanted = Object.entries(filter).filter(([, value]) => value !== undefined)
    return this.#log
      .entries()
      .filter(
        (entry) => wanted.every(([name, value]) => entry[name as keyof JournalFilter] === value), // a filter's names are an entry's
      )
      .map((entry) => ({ ...entry }))
  }

  /**
   * Whether so many requests match; at least one, when no number is given. No number is found to
   * be right once requests are forgotten, as some of them may have matched.
   */
  assert(filter: JournalFilter, times?: number): JournalAssertion {
    const actual = this.entries(filter).length
    const forgotten = this.#log.total - this.#log.entries().length
    const ok = times === undefined ? actual > 0 : actual === times && forgotten === 0
    const message = [
      `expected ${times ?? 'at least 1'} request(s)${describe(filter)}, found ${actual}`,
      ...(forgotten > 0
        ? [
            `(the oldest ${forgotten} are forgotten and may have matched; reset the journal earlier)`,
          ]
        : []),
    ].join(' ')
    return { ok, message, expected: times, actual }
  }

  /** Forgets every request. */
  reset(): void {
    this.#log.reset()
  }
}

function describe(filter: JournalFilter): string {
  const parts = Object.entries(filter).map(([name, value]) => `${name}=${value}`)
  return parts.length === 0 ? '' : ` with ${parts.join(', ')}`
}
