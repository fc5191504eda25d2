import type {
  ClientOperation,
  HeaderParameters,
  OperationId,
  PathParameters,
  QueryParameters,
  RequestBody,
  SessionHeader,
} from '@connected-apps/contract'
import { throwArgumentError } from './errors.ts'
import { copyPlainObject, orUndefined, requireHeaderValue } from './input.ts'

/** How long a call may take, and how often it is retried. */
export interface CallLimits {
  /** Timeout of one attempt in milliseconds, including its body. Default 10,000. */
  timeoutMs?: number | undefined
  /** Timeout of the whole call in milliseconds, including delays between attempts. Default 60,000. */
  deadlineMs?: number | undefined
  /** How many times a failed attempt is retried at most; 0 turns retries off. Default 2. */
  maxRetries?: number | undefined
}

/**
 * A Member's session, as its secret token or as a JWT. Its roles must include the permission of
 * the operation, and it must belong to the Organization in the path.
 */
export type Authorization =
  | { session_token: string; session_jwt?: never }
  | { session_jwt: string; session_token?: never }

/** An object type without its index signature: the properties that the contract names. */
export type Named<T> = [T] extends [never]
  ? unknown
  : {
      [Name in keyof T as string extends Name ? never : number extends Name ? never : Name]: T[Name]
    }

/** The parameters of a call: its ids, its query, and the named properties of its body. */
export type Params<Id extends OperationId> = PathParameters<Id> &
  QueryParameters<Id> &
  Named<RequestBody<Id>>

/** The headers without those of a session; without any left, an object that may have none. */
export type OtherHeaders<Headers, Session extends PropertyKey> = [
  Exclude<keyof Headers, Session>,
] extends [never]
  ? Record<string, never>
  : Omit<Headers, Session>

/** The options of one call. Its limits take precedence over those of the client. */
export interface CallOptions<Id extends OperationId = OperationId> extends CallLimits {
  /** The Member on whose authority the call is made. Without it, no permission is checked. */
  authorization?: ([SessionHeader<Id>] extends [never] ? never : Authorization) | undefined
  /** The headers that the contract declares for the operation, except those of a session. */
  headers?: OtherHeaders<HeaderParameters<Id>, SessionHeader<Id>> | undefined
  /** Aborts the call, even during a delay between attempts. */
  signal?: AbortSignal | undefined
}

export type Limits = { [Name in keyof CallLimits]-?: number }

export const DEFAULT_LIMITS: Limits = { timeoutMs: 10_000, deadlineMs: 60_000, maxRetries: 2 }
export const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[] // it has no other keys

// setTimeout treats a larger delay as 1 ms.
const MAX_LIMIT = 2_147_483_647

type Values = Partial<Record<string, unknown>>

/** The validated parameters and options of one call, with defaults applied. */
export interface ResolvedCall {
  path: Values
  query: Values
  /** The request body as JSON; undefined for an operation without one. */
  body: string | undefined
  headers: Record<string, string>
  session: Record<string, string>
  signal: AbortSignal | undefined
  limits: Limits
}

/** The last part of the client's method, as error messages name it. */
export function methodName({ clientMethod }: ClientOperation): string {
  return clientMethod.slice(clientMethod.lastIndexOf('.') + 1)
}

/** Validates the arguments of a method, which come from callers with types and without. */
export function parseCall(
  operation: ClientOperation,
  params: unknown,
  options: unknown,
  defaults: Limits,
): ResolvedCall {
  const where = methodName(operation)
  const optionNames = ['authorization', 'headers', 'signal', ...LIMIT_NAMES] as const
  const copy = copyPlainObject<CallOptions>('options', options, where, optionNames)
  const { authorization, headers, signal } = copy
  if (signal && orUndefined(() => typeof signal.addEventListener) !== 'function') {
    throwArgumentError('signal', 'must be an AbortSignal', where)
  }
  const values = copyPlainObject<Values>('params', params, where)
  for (const name of operation.pathParameters) requirePathSegment(name, values[name], where)
  for (const name of operation.queryParameters) requireQueryValue(name, values[name], where)
  const limits = parseLimits(copy, defaults, where)
  // A request that must not be repeated is sent once, whatever the limit says.
  if (operation.safety === 'unsafe') limits.maxRetries = 0
  return {
    path: pick(values, operation.pathParameters),
    query: pick(values, operation.queryParameters),
    body: toRequestBody(operation, values),
    headers: parseHeaders(operation, headers),
    session: toSessionHeader(operation, authorization),
    signal,
    limits,
  }
}

/** A part of the parameters. It has no prototype, whose properties openapi-fetch would send too. */
function pick(values: Values, names: readonly string[]): Values {
  const picked: Values = Object.create(null) as Values // Object.create returns any
  for (const name of names) picked[name] = values[name]
  return picked
}

/** Rejects values that would change the path beyond their own segment. */
function requirePathSegment(name: string, value: unknown, where: string): void {
  if (isPathSegment(value)) return
  const shown = typeof value === 'string' ? JSON.stringify(value) : typeof value
  throwArgumentError(
    name,
    `${shown} cannot be a path segment`,
    where,
    '; pass the id that the API returned',
  )
}

// URL parsers remove "." and ".." from a path, and a lone surrogate has no percent-encoding.
function isPathSegment(value: unknown): boolean {
  return typeof value === 'string' && !/^\.\.?$/.test(value) && !!percentEncoded(value)
}

/** Rejects values that a query has no one form for. */
function requireQueryValue(name: string, value: unknown, where: string): void {
  const scalar = value ?? ''
  if (!isScalar(scalar) || percentEncoded(scalar) === undefined) {
    throwArgumentError(name, 'must be a string, number or boolean', where)
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

function percentEncoded(value: string | number | boolean): string | undefined {
  return orUndefined(() => encodeURIComponent(value))
}

function toRequestBody(operation: ClientOperation, values: Values): string | undefined {
  const { requestBody } = operation
  if (!requestBody) return undefined
  const body = orUndefined(() => JSON.stringify(pick(values, requestBody.properties)))
  return body ?? throwArgumentError('params', 'cannot be sent as JSON', methodName(operation))
}

function parseHeaders(operation: ClientOperation, headers: unknown): Record<string, string> {
  const where = methodName(operation)
  const sessionHeaders = Object.values(operation.sessionHeaders)
  const names = operation.headerParameters.filter((name) => !sessionHeaders.includes(name))
  const copy = copyPlainObject<Values>('headers', headers, where, names)
  const set = Object.entries(copy).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    set.map(([name, value]) => {
      const text = isScalar(value) ? `${value}` : ''
      // Visible ASCII with spaces and tabs within (RFC 9110 section 5.5).
      if (!/^[!-~]([\t -~]*[!-~])?$/.test(text)) {
        throwArgumentError(name, 'cannot be sent as a header', where)
      }
      return [name, text]
    }),
  )
}

/**
 * The header of the session. An authorization without a session is rejected: the request would be
 * sent without one, and so without the permission check that the caller intended.
 */
function toSessionHeader(
  operation: ClientOperation,
  authorization: unknown,
): Record<string, string> {
  if (authorization === undefined) return {}
  const where = methodName(operation)
  const session = copyPlainObject<Values>('authorization', authorization, where)
  const { session_token, session_jwt } = session
  if (session_token !== undefined && session_jwt !== undefined) {
    throwArgumentError('authorization', 'must be session_token or session_jwt, not both', where)
  }
  const { token, jwt } = operation.sessionHeaders
  const [option, value, header] =
    session_jwt === undefined
      ? (['session_token', session_token, token] as const)
      : (['session_jwt', session_jwt, jwt] as const)
  if (header === undefined) {
    throwArgumentError('authorization', `must not be set: no ${option} is accepted`, where)
  }
  return { [header]: requireHeaderValue(option, value, where) }
}

/** Validates the limits that are set, and fills in the defaults for the others. */
export function parseLimits(options: CallLimits, defaults: Limits, where: string): Limits {
  const limits = { ...defaults }
  for (const name of LIMIT_NAMES) {
    const value = options[name] ?? defaults[name]
    const min = name === 'maxRetries' ? 0 : 1
    if (!Number.isInteger(value) || value < min || value > MAX_LIMIT) {
      throwArgumentError(name, `must be an integer, ${min} to ${MAX_LIMIT}`, where)
    }
    limits[name] = value
  }
  return limits
}
