import type {
  ErrorStatus,
  ExampleName,
  OperationId,
  ResponseBody,
  Violation,
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

interface HttpErrorFor<
  Id extends OperationId,
  S extends ErrorStatus<Id>,
> extends BaseError<'http'> {
  readonly status_code: S
  /** Identifies the request to support; log it. */
  readonly request_id: string
  readonly error_type: ErrorType<Id, S>
  readonly error_message: string
  readonly error_url: string
  readonly error_details?: unknown
  /** The whole response body, typed by its status. */
  readonly body: ResponseBody<Id, S>
  /** The delay that `Retry-After` asks for, in milliseconds. */
  readonly retryAfterMs?: number
}

/** The API responded with an error of the contract; narrow it by `status_code`. */
export type HttpError<
  Id extends OperationId = OperationId,
  S extends ErrorStatus<Id> = ErrorStatus<Id>,
> = { [Each in S]: HttpErrorFor<Id, Each> }[S]

/** No complete response arrived: name resolution, connection or TLS failed, or the body broke off. */
export interface NetworkError extends BaseError<'network'> {
  /** The platform's error code, such as `ECONNREFUSED`, if there is one. */
  readonly code?: string
}

/** A timeout was exceeded. The server may or may not have done what was asked. */
export interface TimeoutError extends BaseError<'timeout'> {
  /** The option whose limit was exceeded. */
  readonly limit: 'timeoutMs' | 'deadlineMs'
}

/** The caller's `signal` was aborted. The reason is on the signal. */
export type AbortedError = BaseError<'aborted'>

/** How a response breaks the contract. */
export type DecodeReason = 'redirect' | 'size' | 'status' | 'media type' | 'json' | 'contract'

/** The response breaks the contract. */
export interface DecodeError extends BaseError<'decode'> {
  readonly reason: DecodeReason
  /** The HTTP status; 0 for a redirect whose status the browser hides. */
  readonly status_code: number
  /** The response's `request_id`, if it has one. */
  readonly request_id?: string
  /** Where a JSON body breaks the contract. Contains no values of the body. */
  readonly violations: readonly Violation[]
  /** The delay that `Retry-After` asks for, in milliseconds. */
  readonly retryAfterMs?: number
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

// Node.js prints an error under the name of its class.
// oxlint-disable-next-line no-shadow -- so the class has the name under which it is exported
const ErrorClass = class ConnectedAppsError extends Error {
  static {
    this.prototype.name = 'ConnectedAppsError'
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

/** The class of every {@link ConnectedAppsError}. Only this package creates instances. */
export const ConnectedAppsError = ErrorClass as unknown as {
  readonly prototype: ConnectedAppsError
  [Symbol.hasInstance](value: unknown): value is ConnectedAppsError
} // safe: only createError() creates instances, with the fields of one kind of the union

type FieldsOf<E> = { [Field in Exclude<keyof E, keyof Error | 'kind'>]: E[Field] | undefined }

/** Creates an error of the given kind. Fields that are undefined are left out. */
export function createError<Kind extends ConnectedAppsError['kind']>(
  kind: Kind,
  message: string,
  fields: FieldsOf<Extract<ConnectedAppsError, { kind: Kind }>>,
): ConnectedAppsError {
  const error: unknown = new ErrorClass(message, { kind, ...fields })
  return error as ConnectedAppsError // safe: FieldsOf requires the fields of the kind
}

/** The message names the argument, the problem, the function that was called, and what to do. */
export function throwArgumentError(
  argument: string,
  problem: string,
  where: string,
  advice = '',
): never {
  const message = `${argument} ${problem} (${where})${advice}`
  throw createError('argument', message, { attempts: 0, argument })
}
