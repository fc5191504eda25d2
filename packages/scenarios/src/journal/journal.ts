import type {
  ExampleName,
  OperationId,
  PathParameters,
  ReceivedHeaders,
  Status,
} from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import type { OperationMatch } from '@connected-apps/contract/operations'
import { detach } from '../detach.ts'
import { BoundedLog } from './bounded-log.ts'

/** How many of the latest requests the journal of a key keeps. */
export const maxJournalEntries = 1000

/** Whether project credentials were sent; their value is not recorded. */
export const credentialsKinds = ['present', 'absent'] as const

/** Which session headers were sent; their values are not recorded. */
export const sessionKinds = ['none', 'token', 'jwt', 'both'] as const

type PathParameterName<Id extends OperationId = OperationId> = Id extends OperationId
  ? keyof PathParameters<Id> & string
  : never

/** A received request and its outcome, with the path parameters of its operation. It contains no secrets. */
export interface JournalEntry extends Partial<Record<PathParameterName, string>> {
  /** Counts the requests since the start or the last reset, from 1. */
  number: number
  /** ISO 8601. */
  arrivedAt: string
  method: string
  /** Without the query; at most 512 characters. */
  path: string
  /** Absent when no operation matches the method and path. */
  operationId?: OperationId
  /** The title of the scenario that the request selected by an id. */
  scenario?: string
  /** Whether project credentials were sent; their value is not recorded. */
  credentials: (typeof credentialsKinds)[number]
  /** Which session headers of the operation were sent; their values are not recorded. */
  session: (typeof sessionKinds)[number]
  /** The status of the response; absent while it is pending, and if the client disconnected. */
  status?: Status
  /** The contract's example that was sent as the response. */
  example?: ExampleName
  /** What was wrong with the request, if the mock can tell. It contains no values from the request. */
  reason?: string
  /** From the arrival of the request until its response was sent, or the client disconnected. */
  durationMs?: number
  /** The client disconnected before the response was sent. */
  aborted?: true
}

/** Selects the entries whose fields equal all those given. */
export type JournalFilter = Partial<
  Omit<JournalEntry, 'number' | 'arrivedAt' | 'reason' | 'durationMs' | 'aborted'>
>

const pathParameters = allOperations.flatMap((operation) => operation.pathParameters)

/** The fields of an entry that can be filtered by. */
export const filterNames = [
  'operationId',
  'method',
  'path',
  ...(new Set(pathParameters) as Set<PathParameterName>), // safe: it is the type of these names
  'scenario',
  'credentials',
  'session',
  'status',
  'example',
] as const satisfies readonly (keyof JournalFilter)[]

/** The result of an assertion about the journal. */
export interface JournalAssertion {
  ok: boolean
  message: string
  /** The expected number of requests; undefined means at least one. */
  expected: number | undefined
  actual: number
}

/** The maximum time that {@link JournalLog.waitFor} waits. */
export const maxWaitForMs = 60_000

/** A log of the latest {@link maxJournalEntries} requests of one isolation key. */
export class JournalLog {
  readonly #log = new BoundedLog<Omit<JournalEntry, 'number'>>(maxJournalEntries)
  readonly #listeners = new Set<(entry: JournalEntry) => void>()
  readonly #clearListeners = new Set<() => void>()
  #isEvicted: boolean

  /** @param isEvicted whether an earlier journal of the same key has been evicted */
  constructor(isEvicted = false) {
    this.#isEvicted = isEvicted
  }

  /** The number of requests since the start or the last reset, including discarded ones. */
  get total(): number {
    return this.#log.total
  }

  /** Adds a request that has just been received. */
  add(request: Omit<JournalEntry, 'number' | 'arrivedAt'>): JournalEntry {
    const entry = this.#log.add({ arrivedAt: new Date().toISOString(), ...request })
    this.#notify(entry)
    return entry
  }

  /** Adds the outcome to an entry that `add` has returned. */
  complete(entry: JournalEntry, outcome: Partial<JournalEntry>): void {
    Object.assign(entry, outcome)
    this.#notify(entry)
  }

  /** The entries that match, oldest first. */
  list(filter: JournalFilter = {}): JournalEntry[] {
    return this.#log
      .entries()
      .filter(matches(filter))
      .map((entry) => ({ ...entry }))
  }

  /**
   * The latest entries, oldest first: the same objects that listeners are called with, which must not
   * be changed.
   */
  latest(maxEntries: number): readonly JournalEntry[] {
    return this.#log.entries().slice(-maxEntries)
  }

  /**
   * Checks that exactly `times` requests match, or at least one if `times` is undefined. An exact
   * count fails once requests have been discarded, or the key has been evicted, because some of those
   * may have matched; clearing the journal resets this.
   */
  assert(filter: JournalFilter, times?: number): JournalAssertion {
    const actual = this.#count(filter)
    const missing = this.#missing()
    const ok = times === undefined ? actual > 0 : actual === times && missing === undefined
    const message = [
      `expected ${times ?? 'at least 1'} request(s)${describe(filter)}, found ${actual}`,
      ...(missing === undefined
        ? []
        : [`(${missing} may have matched; reset the journal earlier)`]),
    ].join(' ')
    return { ok, message, expected: times, actual }
  }

  /**
   * Like {@link assert}, but first waits until at least that many requests match, the timeout is over
   * or the signal aborts. It never rejects.
   */
  async waitFor(
    filter: JournalFilter,
    times?: number,
    { timeoutMs = 5000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<JournalAssertion> {
    const isDone = () => this.#count(filter) >= (times ?? 1)
    if (!isDone() && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(end, Math.min(timeoutMs, maxWaitForMs))
        const unsubscribe = this.subscribe(() => {
          if (isDone()) end()
        })
        signal?.addEventListener('abort', end)
        function end() {
          clearTimeout(timer)
          signal?.removeEventListener('abort', end)
          unsubscribe()
          resolve()
        }
      })
    }
    return this.assert(filter, times)
  }

  /** Removes the entries that match. Without a filter, removes all of them and restarts the count. */
  clear(filter: JournalFilter = {}): void {
    if (criteriaOf(filter).length > 0) this.#log.remove(matches(filter))
    else {
      this.#log.reset()
      this.#isEvicted = false
    }
    for (const onClear of this.#clearListeners) onClear()
  }

  /**
   * Calls the listener with each entry when its request arrives, and again when it is complete, even
   * if it was removed in between. The entry is the journal's own object, which must not be changed.
   *
   * @param onClear is called when entries have been removed
   * @returns a function that unsubscribes
   */
  subscribe(listener: (entry: JournalEntry) => void, onClear?: () => void): () => void {
    this.#listeners.add(listener)
    if (onClear) this.#clearListeners.add(onClear)
    return () => {
      this.#listeners.delete(listener)
      if (onClear) this.#clearListeners.delete(onClear)
    }
  }

  /** Makes exact counts fail for callers that still hold this journal. */
  evict(): void {
    this.#isEvicted = true
  }

  #notify(entry: JournalEntry): void {
    for (const listener of this.#listeners) listener(entry)
  }

  #count(filter: JournalFilter): number {
    return this.#log.entries().filter(matches(filter)).length
  }

  /** Describes the requests that are no longer in the journal. */
  #missing(): string | undefined {
    if (this.#isEvicted) return 'the key was evicted, and earlier requests'
    const { discarded } = this.#log
    return discarded > 0 ? `the oldest ${discarded} were discarded and` : undefined
  }
}

function matches(filter: JournalFilter): (entry: JournalEntry) => boolean {
  const criteria = criteriaOf(filter)
  return (entry) => criteria.every(([name, value]) => entry[name as keyof JournalFilter] === value) // safe: `criteria` are the entries of a JournalFilter
}

function criteriaOf(filter: JournalFilter): [string, unknown][] {
  return Object.entries(filter).filter(([, value]) => value !== undefined)
}

function describe(filter: JournalFilter): string {
  const parts = Object.entries(filter).map(([name, value]) => `${name}=${value}`)
  return parts.length === 0 ? '' : ` with ${parts.join(', ')}`
}

/** Creates the journal entry of a request, without secrets and with values of limited length. */
export function toJournalEntry(
  method: string,
  path: string,
  match: OperationMatch | undefined,
  headers: ReceivedHeaders,
): Omit<JournalEntry, 'number' | 'arrivedAt'> {
  return detach({
    ...Object.fromEntries(
      Object.entries(match?.path ?? {}).map(([name, value]) => [name, value.slice(0, 128)]),
    ),
    ...(match && { operationId: match.operation.operationId }),
    method,
    path: path.slice(0, 512),
    credentials: headers.get('authorization') === null ? 'absent' : 'present',
    session: sessionKindOf(match, headers),
  })
}

function sessionKindOf(
  match: OperationMatch | undefined,
  headers: ReceivedHeaders,
): JournalEntry['session'] {
  const { token, jwt } = match?.operation.sessionHeaders ?? {}
  const isSent = (name?: string) => name !== undefined && headers.get(name) !== null
  if (isSent(token)) return isSent(jwt) ? 'both' : 'token'
  return isSent(jwt) ? 'jwt' : 'none'
}
