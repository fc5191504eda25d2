import type {
  ExampleName,
  Operation,
  OperationId,
  PathParameters,
  ResponseBody,
  Status,
  SuccessStatus,
} from '@connected-apps/contract'

/** A request to a mock before its body has been read. */
export interface RequestHead {
  method: string
  /** As it was sent: path and query, or an absolute URL. */
  url: string
  /** A Fetch `Headers`, or anything that reads like one. */
  headers: { get(name: string): string | null }
}

/** A request to a mock. */
export interface MockRequest extends RequestHead {
  /** Empty for none; `too long` for one of more than {@link maxBodyBytes}, which need not be kept. */
  body: Uint8Array | 'too long'
}

/** The response to send. */
export interface MockResponse {
  status: number
  headers: Record<string, string>
  /** A JSON value. */
  body: unknown
  /** The contract's example that the body is, or of which it has all but a list. */
  example?: string
}

/** What was decided for a request. */
export type Plan = FixedPlan | ExamplePlan | DynamicPlan

interface PlanBase {
  /** How long to delay the response. */
  delayMs: number
  /** The title of the scenario that the request selected by an id. */
  scenario?: string
}

/** The response is complete: no operation matches, or the request violates the contract. */
interface FixedPlan extends PlanBase {
  kind: 'fixed'
  response: MockResponse
}

/** The response is an example of the operation. */
interface ExamplePlan extends PlanBase {
  kind: 'example'
  operation: Operation
  example: ExampleName
  status: number
}

/** The request prefers a body that is generated from the schema of this status. */
interface DynamicPlan extends PlanBase {
  kind: 'dynamic'
  operation: Operation
  status: number
  seed?: string
}

/** A request in progress: first `plan`, then `finish` or `abort`. It is in the journal from the start. */
export interface Exchange {
  /** The isolation key of the request; empty for the default one. */
  readonly key: string
  /** The path without the prefix of the key and without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Decides the response. Advances sequences, so it is called once. */
  plan(body: MockRequest['body']): Plan
  /**
   * Completes the journal entry, removes an app from a Member after a revoke that ends in 200, and
   * writes the list of a list operation's 200 into the body.
   */
  finish(response: MockResponse): MockResponse
  /** Records that the client disconnected before the response was sent. */
  abort(): void
}

/** One per mock: decides which response a request gets, and keeps what must be kept for that. */
export interface ScenarioEngine {
  /** Starts an exchange; for skins that read the body, or respond, by themselves. */
  receive(head: RequestHead): Exchange
  /**
   * The complete response, after its delay; a preference for a generated body gets the example of
   * that status.
   *
   * @throws the signal's reason, when it aborts during the delay
   */
  respond(request: MockRequest, options?: { signal?: AbortSignal }): Promise<MockResponse>
  /** What belongs to one isolation key; without a name, the default one. */
  key(name?: string): MockKey
}

/** The journal, definitions, sequences and lists of one isolation key; independent of every other. */
export interface MockKey {
  readonly journal: Journal
  /** The scenarios in effect: those defined here, and the built-in ones that are not replaced. */
  scenarios(): Scenario[]
  /**
   * Defines the responses of an operation to an id, or the list that it has.
   *
   * @throws {ScenarioError} when the definition is not valid
   */
  define(definition: ScenarioDefinition): Scenario
  /**
   * Without an argument: empties the journal, removes definitions, restarts sequences, and brings
   * back revoked apps. With one: the same for this scenario alone, and not the journal.
   */
  reset(scenario?: { operationId: OperationId; id: string }): void
}

/** A response of a scenario: an example of the contract, and how long to delay it. */
export interface PlannedResponse<Id extends OperationId = OperationId> {
  /** The example alone determines the status. */
  example: ExampleName<Id>
  waitSeconds?: number
}

type Responses<Id extends OperationId> = readonly [PlannedResponse<Id>, ...PlannedResponse<Id>[]]

/** The responses of an operation to an id, call by call; the last one repeats. */
export interface Scenario {
  operationId: OperationId
  /** The parameter of the operation whose value is the id. */
  parameter: string
  id: string
  title: string
  responses: Responses<OperationId>
}

type SuccessBody<Id extends OperationId> = ResponseBody<Id, SuccessStatus<Id>>

/** What a defined list consists of: of each item only the id is required. */
type List<
  Body,
  Name extends keyof Body,
  ItemId extends string,
> = Body[Name] extends readonly (infer Item)[]
  ? readonly (Partial<Item> & Record<ItemId, string>)[]
  : never

interface Lists {
  /** The Connected Apps of the Member whose `member_id` is the id. */
  getMemberConnectedApps: {
    connected_apps?: List<
      SuccessBody<'getMemberConnectedApps'>,
      'connected_apps',
      'connected_app_id'
    >
  }
  /** The Members who use the app whose `connected_app_id` is the id. */
  getOrganizationConnectedApp: {
    active_members?: List<SuccessBody<'getOrganizationConnectedApp'>, 'active_members', 'member_id'>
  }
}

/**
 * What a scenario is defined by. The responses may be left out where a list is given; a response is
 * chosen by its example, its status, or both.
 */
export type ScenarioDefinition = {
  [Id in OperationId]: {
    operationId: Id
    id: string
    title?: string
    responses?: readonly (
      | PlannedResponse<Id>
      | { status: Status<Id>; example?: ExampleName<Id>; waitSeconds?: number }
    )[]
  } & (Id extends keyof Lists ? Lists[Id] : unknown)
}[OperationId]

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
  /** Without the query and the prefix of the key; at most 512 characters. */
  path: string
  /** Absent when no operation matches the method and path. */
  operationId?: OperationId
  /** The title of the scenario that the request selected by an id. */
  scenario?: string
  /** Whether project credentials were sent; their value is not recorded. */
  credentials: 'present' | 'absent'
  /** Which session headers of the operation were sent; their values are not recorded. */
  session: 'none' | 'token' | 'jwt' | 'both'
  /** The status of the response; absent while it is pending, and if the client disconnected. */
  status?: Status
  /** The contract's example that was sent as the response. */
  example?: ExampleName
  /** From the arrival until the response was sent. */
  durationMs?: number
  /** The client disconnected before the response was sent. */
  aborted?: true
}

/** Selects the entries that are equal in every given field. */
export type JournalFilter = Partial<
  Omit<JournalEntry, 'number' | 'arrivedAt' | 'scenario' | 'durationMs' | 'aborted'>
>

/** The result of an assertion about the journal. */
export interface JournalAssertion {
  ok: boolean
  message: string
  /** The expected number of requests; undefined means at least one. */
  expected: number | undefined
  actual: number
}

/** The latest requests of one isolation key. */
export interface Journal {
  /** The number of requests since the start or the last reset, including discarded ones. */
  readonly total: number
  /** The entries that match, oldest first. */
  list(filter?: JournalFilter): JournalEntry[]
  /** Whether exactly `times` requests match, or at least one if `times` is undefined. */
  assert(filter: JournalFilter, times?: number): JournalAssertion
  /**
   * Resolves as soon as that many requests match, or more, or the time is over (by default after
   * 5000 ms). It never rejects: see `ok`.
   */
  waitFor(
    filter: JournalFilter,
    times?: number,
    options?: { timeoutMs?: number },
  ): Promise<JournalAssertion>
  /** Removes the entries that match; without a filter all of them. */
  clear(filter?: JournalFilter): void
  /** Calls the listener with each entry when its request arrives, and again when it is complete. */
  subscribe(listener: (entry: JournalEntry) => void): () => void
}

/** The largest request body that is accepted. */
export const maxBodyBytes = 1024 * 1024
