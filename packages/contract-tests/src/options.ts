import { checkParameter } from '@connected-apps/contract'
import type {
  ExampleName,
  Operation,
  OperationId,
  PathParameters,
  ReceivedResponse,
  Status,
} from '@connected-apps/contract'
import { allOperations, isOperationId } from '@connected-apps/contract/operations'
import { parseBaseUrl } from '@connected-apps/node-http'

/**
 * What a target supports: a `mock` returns any example that `Prefer: code=…, example=…` names, a
 * `remote` responds according to its own state.
 */
export type Profile = 'mock' | 'remote'

/**
 * Puts the target into a state, sends a request, and returns the response. Called once for each
 * operation that has the example.
 *
 * @example
 * const exceedRateLimit: Trigger = async ({ send }) => {
 *   let response = await send()
 *   for (let sent = 1; response.status !== 429 && sent < 1000; sent += 1) response = await send()
 *   return response
 * }
 */
export type Trigger = (context: {
  operation: Operation
  /** Sends a well-formed request of the operation, with the ids and credentials of the run. */
  send: () => Promise<ReceivedResponse>
}) => Promise<ReceivedResponse>

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<CamelCase<Rest>>}`
  : Name

type PathParameterName<Id extends OperationId = OperationId> = Id extends OperationId
  ? keyof PathParameters<Id> & string
  : never

/**
 * The ids in the path, named as in the contract but in camel case, such as `organizationId`. What they
 * identify is really changed. Default: the contract's examples.
 */
export type IdOptions = { [Name in PathParameterName as CamelCase<Name>]?: string | undefined }

/** The options that take a session, and the form of each. */
const sessionForms = {
  sessionToken: 'token',
  sessionJwt: 'jwt',
  sessionTokenWithoutPermission: 'token',
  sessionTokenOfOtherOrganization: 'token',
} as const

/** The name of an option that takes a session. */
export type SessionOption = keyof typeof sessionForms

/** The options of a run. */
export interface ContractOptions extends IdOptions {
  /** The target's base URL; the contract's paths are appended to it. */
  url: string
  projectId: string
  /** Never printed. */
  secret: string
  /** A session whose roles have the permissions for the operations. Never printed. */
  sessionToken?: string | undefined
  /** Such a session as a JWT. Never printed. */
  sessionJwt?: string | undefined
  /** A session whose roles lack these permissions, for 403. Never printed. */
  sessionTokenWithoutPermission?: string | undefined
  /** A session of another Organization, for 403. Never printed. */
  sessionTokenOfOtherOrganization?: string | undefined
  /** The operations to run. Default: every operation of the contract. */
  operations?: readonly OperationId[] | undefined
  /** Default `auto`: `mock` if the response to one harmless probe follows its `Prefer` header, else `remote`. */
  profile?: Profile | 'auto' | undefined
  /** Triggers responses that no request causes by itself, by the name of the example. */
  trigger?: Partial<Record<ExampleName, Trigger>> | undefined
  /**
   * Fails the run if an operation declares one of these statuses, but every case of it was skipped, or
   * has one of these examples, but no valid response matched it. The example of an error is its
   * `error_type`, which a provider could otherwise rename. `all` means every status. Default: none.
   */
  require?: readonly (Status | ExampleName)[] | 'all' | undefined
  /** How long to wait until a target that is starting responds, in milliseconds. Default: 0. */
  waitMs?: number | undefined
  /** Timeout of each request, including the response body, in milliseconds. Default: 10,000. */
  timeoutMs?: number | undefined
}

/** The run could not start: an option is invalid or the target does not respond. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The options of a run after validation, with their defaults. */
export interface RunSettings {
  url: string
  projectId: string
  secret: string
  operations: readonly [Operation, ...Operation[]]
  /** By the name of the path parameter. */
  ids: Record<string, string>
  sessions: Partial<Record<SessionOption, string>>
  requiredStatuses: readonly number[]
  requiredExamples: readonly string[]
  timeoutMs: number
  waitMs: number
}

/** The option for a path parameter: its name in camel case. */
function idOption(parameter: string): keyof IdOptions {
  return parameter.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as keyof IdOptions // safe: the type IdOptions converts names in the same way
}

/**
 * Validates the options, except those that the client validates, and fills in their defaults.
 *
 * @throws {UsageError} if one is invalid
 */
export function resolveSettings(options: ContractOptions): RunSettings {
  const operations = selectOperations(options.operations)
  const required = resolveRequired(options.require, operations)
  const ids = resolveIds(options, operations)
  const sessions = resolveSessions(options, operations)
  const { projectId, secret, timeoutMs = 10_000, waitMs = 0 } = options
  if (!(waitMs >= 0)) throw new UsageError('waitMs must be a number of milliseconds, 0 or more')
  const { url, error } = parseBaseUrl(options.url)
  if (error !== undefined) throw new UsageError(`url ${error}`)
  return { url, projectId, secret, operations, ids, sessions, ...required, timeoutMs, waitMs }
}

function selectOperations(ids: ContractOptions['operations']): RunSettings['operations'] {
  const unknown = ids?.find((id) => !isOperationId(id))
  const [first, ...others] = allOperations.filter(
    ({ operationId }) => ids?.includes(operationId) ?? true,
  )
  if (unknown === undefined && first !== undefined) return [first, ...others]
  const known = allOperations.map(({ operationId }) => operationId).join(', ')
  const problem =
    unknown === undefined
      ? 'no operation is selected'
      : `the contract has no operation ${String(unknown)}`
  throw new UsageError(`${problem}; select some of ${known}`)
}

function resolveIds(options: IdOptions, operations: readonly Operation[]): Record<string, string> {
  const ids: Record<string, string> = {}
  for (const { parameters, pathParameters } of operations) {
    for (const name of pathParameters) {
      const parameter = parameters[name]
      const id = options[idOption(name)] ?? String(parameter?.example)
      if (parameter === undefined || checkParameter(parameter, id).length > 0) {
        throw new UsageError(`${name} is malformed; pass the id that the API returned`)
      }
      ids[name] = id
    }
  }
  return ids
}

function resolveSessions(
  options: ContractOptions,
  operations: readonly Operation[],
): RunSettings['sessions'] {
  const sessions: RunSettings['sessions'] = {}
  const names = Object.keys(sessionForms) as SessionOption[] // it has no other keys
  for (const { parameters, sessionHeaders } of operations) {
    for (const name of names) {
      const parameter = parameters[sessionHeaders[sessionForms[name]] ?? '']
      const session = options[name]
      if (parameter === undefined || session === undefined) continue
      if (checkParameter(parameter, session).length > 0) {
        throw new UsageError(`${name} is malformed; pass it exactly as it was issued`)
      }
      sessions[name] = session
    }
  }
  return sessions
}

function resolveRequired(
  required: ContractOptions['require'] = [],
  operations: readonly Operation[],
): Pick<RunSettings, 'requiredStatuses' | 'requiredExamples'> {
  const statuses = declaredStatuses(operations)
  const examples = [...new Set(operations.flatMap((each) => Object.keys(each.examples)))]
  if (required === 'all') return { requiredStatuses: statuses, requiredExamples: [] }
  const names: readonly (number | string)[] = required
  const unknown = names.find((name) => ![...statuses, ...examples].some((known) => known === name))
  if (unknown !== undefined) {
    throw new UsageError(
      `no operation of the run has the status or error_type ${unknown}; require some of ${[...statuses, ...examples].join(', ')}, or all`,
    )
  }
  return {
    requiredStatuses: statuses.filter((status) => names.includes(status)),
    requiredExamples: examples.filter((example) => names.includes(example)),
  }
}

/** The statuses that at least one of these operations declares, in ascending order. */
export function declaredStatuses(operations: readonly Operation[]): number[] {
  const statuses = operations.flatMap(({ responseBodies }) => Object.keys(responseBodies))
  return [...new Set(statuses)].map(Number).toSorted((one, other) => one - other)
}
