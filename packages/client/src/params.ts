import type {
  ClientOperation,
  OperationId,
  PathParameters,
  QueryParameters,
  RequestBody,
} from '@connected-apps/contract'
import { throwArgumentError } from './errors.ts'
import { copyPlainObject, describeType, EmptyObject, isScalar, orUndefined, own } from './input.ts'

/** An object type without its index signature: the properties that the contract names. */
export type KnownProperties<T> = [T] extends [never]
  ? unknown
  : {
      [Name in keyof T as string extends Name ? never : number extends Name ? never : Name]: T[Name]
    }

/** The parameters of a call: its ids, its query, and the named properties of its body. */
export type Params<Id extends OperationId> = PathParameters<Id> &
  QueryParameters<Id> &
  KnownProperties<RequestBody<Id>>

type Values = Partial<Record<string, unknown>>

/** The parts of a request that come from the parameters of a call. */
export interface ParsedParams {
  /** All parameters, from which the path template takes its own. */
  values: Values
  query: Values
  /** The request body as JSON; undefined for an operation without one. */
  body: string | undefined
  /** The media type of the body. */
  mediaType: string | undefined
}

const OPTION_NAMES = ['authorization', 'session_token', 'session_jwt', 'headers', 'signal']

/** Validates what shapes the request, and leaves the rest to the server. */
export function parseParams(
  operation: ClientOperation,
  params: unknown,
  where: string,
): ParsedParams {
  const values = copyPlainObject<Values>('params', params, where)
  // Other unknown names may be parameters of another operation, but an option would silently do nothing.
  for (const name of OPTION_NAMES) {
    if (Object.hasOwn(values, name)) {
      throwArgumentError(name, 'is not a parameter', where, 'pass it in the second argument')
    }
  }
  for (const name of operation.pathParameters) requirePathSegment(name, values[name], where)
  for (const name of operation.queryParameters) requireQueryValue(name, values[name], where)
  const requestBody = own(operation, 'requestBody') as ClientOperation['requestBody'] // safe: the property has this type
  const body =
    requestBody && orUndefined(() => JSON.stringify(pick(values, requestBody.properties)))
  if (requestBody && body === undefined)
    throwArgumentError('params', 'cannot be sent as JSON', where)
  return {
    values,
    query: pick(values, operation.queryParameters),
    body,
    mediaType: requestBody?.mediaType,
  }
}

/** The parameters of these names. openapi-fetch would also send what the object inherits. */
function pick(values: Values, names: readonly string[]): Values {
  const picked = new EmptyObject<Values>()
  for (const name of names) picked[name] = values[name]
  return picked
}

/** Rejects values that would change the path beyond their own segment. */
function requirePathSegment(name: string, value: unknown, where: string): void {
  if (value === undefined) throwArgumentError(name, 'is missing', where)
  if (typeof value !== 'string') {
    return throwArgumentError(name, `must be a string, not ${describeType(value)}`, where)
  }
  if (isPathSegment(value)) return
  const advice = 'pass the id that the API returned'
  throwArgumentError(name, `${JSON.stringify(value)} cannot be a path segment`, where, advice)
}

// URL parsers remove "." and ".." from a path.
function isPathSegment(value: string): boolean {
  return !/^\.{0,2}$/.test(value) && isEncodable(value)
}

/** Rejects values that are not scalars. */
function requireQueryValue(name: string, value: unknown, where: string): void {
  const scalar = value ?? ''
  if (!isScalar(scalar) || !isEncodable(`${scalar}`)) {
    throwArgumentError(name, 'must be a string, number or boolean', where)
  }
}

// A lone surrogate has no percent-encoding.
function isEncodable(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
