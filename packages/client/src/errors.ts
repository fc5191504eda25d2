import type {
  ClientOperation,
  ErrorStatus,
  ExampleName,
  OperationId,
  ResponseBody,
  ResponseViolation,
} from '@connected-apps/contract'

/** An `error_type` that the contract documents for the status, or any other string. */
export type ErrorType<Id extends OperationId = OperationId, S extends number = number> =
  | ExampleName<Id, S>
  | (string & {})

interface BaseError<Kind extends string> extends Error {
  /** The discriminant; narrow by it first. */
  readonly kind: Kind
  /** How many requests were sent. */
  readonly attempts: number
}

/** What is known of a response, whether or not it conforms to the contract. */
interface ResponseFields {
  /** The HTTP status; 0 for a redirect whose status the browser hides. */
  readonly status_code: number
  /** Identifies the request to support; log it. */
  readonly request_id?: string
  /** Every violation of the contract; it contains no values of the response. */
  readonly violations: readonly ResponseViolation[]
  /** The headers of the response that help support find the request; names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The delay in `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number
}

interface ConformingHttpError<Id extends OperationId, S extends ErrorStatus<Id>>
  extends BaseError<'http'>, ResponseFields {
  readonly conforms: true
  readonly status_code: S
  readonly request_id: string
  readonly error_type: ErrorType<Id, S>
  readonly error_message: string
  readonly error_url: string
  readonly error_details?: unknown
  /** The whole response body, typed by its status. */
  readonly body: ResponseBody<Id, S>
}

/** An error response that violates the contract: an undeclared status, a firewall's page, a missing field. */
export interface NonconformingHttpError extends BaseError<'http'>, ResponseFields {
  readonly conforms: false
  readonly error_type?: string
  readonly error_message?: string
  readonly error_url?: string
  readonly error_details?: unknown
  /** The response body if it is JSON. */
  readonly body?: unknown
}

/**
 * The API, or a proxy in front of it, responded with anything but a success. Narrow it by
 * `conforms`, then by `status_code`, to the body that the contract declares. If it does not conform,
 * any field of the error may be missing.
 */
export type HttpError<
  Id extends OperationId = OperationId,
  S extends ErrorStatus<Id> = ErrorStatus<Id>,
> = { [Each in S]: ConformingHttpError<Id, Each> }[S] | NonconformingHttpError

/**
 * No complete response arrived: name resolution, connection or TLS failed, or the body broke off.
 * The server may or may not have processed the request.
 */
export interface NetworkError extends BaseError<'network'> {
  /** The platform's code or name of the cause, such as `ECONNREFUSED`, if there is one. */
  readonly code?: string
}

/** A timeout was exceeded. The server may or may not have processed the request. */
export interface TimeoutError extends BaseError<'timeout'> {
  /** The option whose limit was exceeded. */
  readonly limit: 'timeoutMs' | 'deadlineMs'
}

/** The caller's `signal` was aborted. The reason is on the signal. */
export type AbortedError = BaseError<'aborted'>

/** Why a success cannot be trusted. */
export type DecodeReason =
  /** A custom `fetch` followed a redirect. */
  | 'redirect'
  /** A cache replayed it: it has an `Age` other than zero. */
  | 'cached'
  | 'size'
  | 'status'
  | 'media type'
  | 'json'
  | 'contract'

/** The status is a success, but the response cannot be trusted. */
export interface DecodeError extends BaseError<'decode'>, ResponseFields {
  readonly reason: DecodeReason
}

/** An argument was rejected before anything was sent. */
export interface ArgumentError extends BaseError<'argument'> {
  /** The name of the invalid option or parameter. */
  readonly argument: string
}

/**
 * Any failure of a call, and the class to test for with `instanceof`. None of its parts contains
 * a secret, session token or JWT.
 *
 * @example
 * try {
 *   await client.organizations.members.connectedApps.revoke(params)
 * } catch (error) {
 *   if (error instanceof ConnectedAppsError && error.kind === 'http') console.log(error.request_id)
 * }
 */
export type ConnectedAppsError<Id extends OperationId = OperationId> =
  | HttpError<Id>
  | NetworkError
  | TimeoutError
  | AbortedError
  | DecodeError
  | ArgumentError

const BRAND = Symbol.for('@connected-apps/client/error')

// Node.js prints an error under the name of its class.
// oxlint-disable-next-line no-shadow -- so the class has the name under which it is exported
const ErrorClass = class ConnectedAppsError extends Error {
  static {
    this.prototype.name = 'ConnectedAppsError'
    Reflect.set(this.prototype, BRAND, true)
  }

  // A program may load the package both as an ES module and as CommonJS, and so have two classes.
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Reflect.get(Object(value), BRAND) === true
  }

  constructor(message: string, fields: object) {
    super(message)
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) (this as Record<string, unknown>)[name] = value // the fields depend on the kind
    }
  }

  // JSON.stringify would skip the message, because an error's own `message` is not enumerable.
  toJSON(): object {
    return { message: this.message, ...(this as object) } // safe: the spread has no `message`
  }
}

// Before version 5.3, TypeScript allows only a `Function` on the right-hand side of `instanceof`, and
// narrows by its `prototype`. As an intersection with `Function`, that would be `any`.
interface ConnectedAppsErrorClass extends Function {
  readonly prototype: ConnectedAppsError
  [Symbol.hasInstance](value: unknown): value is ConnectedAppsError
}

/** The class of every {@link ConnectedAppsError}. Only this package creates instances. */
export const ConnectedAppsError = ErrorClass as unknown as ConnectedAppsErrorClass // safe: only createError() creates instances, with the fields of one kind of the union

type FieldsOf<E> = { [Field in Exclude<keyof E, keyof Error | 'kind'>]: E[Field] | undefined }

/** The fields of each kind of error. */
interface Fields {
  http: Omit<FieldsOf<NonconformingHttpError>, 'conforms'> & { conforms: boolean }
  network: FieldsOf<NetworkError>
  timeout: FieldsOf<TimeoutError>
  aborted: FieldsOf<AbortedError>
  decode: FieldsOf<DecodeError>
  argument: FieldsOf<ArgumentError>
}

/** Creates an error of the given kind. Fields that are undefined are left out. */
export function createError<Kind extends keyof Fields>(
  kind: Kind,
  message: string,
  fields: Fields[Kind],
): ConnectedAppsError {
  const error: unknown = new ErrorClass(message, { kind, ...fields })
  return error as ConnectedAppsError // safe: `Fields` requires those of the kind
}

/**
 * Throws an error whose message names the argument, the problem and the function that was called,
 * and ends with the advice, if there is one.
 */
export function throwArgumentError(
  argument: string,
  problem: string,
  where: string,
  advice = '',
): never {
  const message = `${argument} ${problem} (${where})${advice && `; ${advice}`}`
  throw createError('argument', message, { attempts: 0, argument })
}

/** The name of the client's method without its namespaces, for error messages. */
export function methodName({ clientMethod }: ClientOperation): string {
  return clientMethod.slice(clientMethod.lastIndexOf('.') + 1)
}
