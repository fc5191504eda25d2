import type {
  ExampleName,
  OperationId,
  PathParameters,
  ReceivedHeaders,
  Status,
} from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import type { OperationMatch } from '@connected-apps/contract/operations'
import { BoundedLog } from './bounded-log.ts'

/** The journal keeps this many of the latest requests. */
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
  /** Whether project credentials were sent; their value is not recorded. */
  credentials: (typeof credentialsKinds)[number]
  /** Which session headers of the operation were sent; their values are not recorded. */
  session: (typeof sessionKinds)[number]
  /** The status of the response; absent while it is pending, and if the client disconnected. */
  status?: Status
  /** The contract's example that was sent as the response. */
  example?: ExampleName
  /** The client disconnected before the response was sent. */
  aborted?: true
}

/** Selects the entries that are equal in every given field. */
export type JournalFilter = Partial<Omit<JournalEntry, 'number' | 'arrivedAt' | 'aborted'>>

const pathParameters = allOperations.flatMap((operation) => operation.pathParameters)

/** The fields of an entry that can be filtered by. */
export const filterNames = [
  'operationId',
  'method',
  'path',
  ...(new Set(pathParameters) as Set<PathParameterName>), // the type is that of these names
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

/** A log of the latest {@link maxJournalEntries} requests. */
export class Journal {
  readonly #log = new BoundedLog<Omit<JournalEntry, 'number'>>(maxJournalEntries)

  /** The number of requests since the start or the last reset, including discarded ones. */
  get total(): number {
    return this.#log.total
  }

  /** Adds a request that has just been received. The caller completes the entry later. */
  add(request: Omit<JournalEntry, 'number' | 'arrivedAt'>): JournalEntry {
    return this.#log.add({ arrivedAt: new Date().toISOString(), ...request })
  }

  /** The entries that match, oldest first. */
  entries(filter: JournalFilter = {}): JournalEntry[] {
    const criteria = Object.entries(filter).filter(([, value]) => value !== undefined)
    return this.#log
      .entries()
      .filter(
        (entry) => criteria.every(([name, value]) => entry[name as keyof JournalFilter] === value), // safe: `criteria` are the entries of a JournalFilter
      )
      .map((entry) => ({ ...entry }))
  }

  /**
   * Whether exactly `times` requests match, or at least one if `times` is undefined. An exact count
   * fails once requests have been discarded, because some of those may have matched.
   */
  assert(filter: JournalFilter, times?: number): JournalAssertion {
    const actual = this.entries(filter).length
    const discarded = this.#log.total - this.#log.entries().length
    const ok = times === undefined ? actual > 0 : actual === times && discarded === 0
    const message = [
      `expected ${times ?? 'at least 1'} request(s)${describe(filter)}, found ${actual}`,
      ...(discarded > 0
        ? [
            `(the oldest ${discarded} were discarded and may have matched; reset the journal earlier)`,
          ]
        : []),
    ].join(' ')
    return { ok, message, expected: times, actual }
  }

  /** Removes every entry. */
  reset(): void {
    this.#log.reset()
  }
}

function describe(filter: JournalFilter): string {
  const parts = Object.entries(filter).map(([name, value]) => `${name}=${value}`)
  return parts.length === 0 ? '' : ` with ${parts.join(', ')}`
}

/** The part of a request that the journal records: no secrets, and values of limited length. */
export function toJournalEntry(
  method: string,
  path: string,
  match: OperationMatch | undefined,
  headers: ReceivedHeaders,
): Omit<JournalEntry, 'number' | 'arrivedAt'> {
  return {
    ...Object.fromEntries(
      Object.entries(match?.path ?? {}).map(([name, value]) => [name, value.slice(0, 128)]),
    ),
    ...(match && { operationId: match.operation.operationId }),
    method,
    path: path.slice(0, 512),
    credentials: headers.get('authorization') === null ? 'absent' : 'present',
    session: sessionKindOf(match, headers),
  }
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
