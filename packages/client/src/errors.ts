import type { ErrorStatus, ResponseBody, Violation } from '@connected-apps/contract'
import type { ExampleName } from '@connected-apps/contract/examples'

/** An `error_type` that the contract documents for the status, or any other text. */
export type ErrorType<S extends ErrorStatus = ErrorStatus> = ExampleName<S> | (string & {})

interface Failed<Kind extends string> extends Error {
  /** What sort of failure this is; narrow by it first. */
  readonly kind: Kind
  /** How many requests were sent. */
  readonly attempts: number
}

interface Answered<S extends ErrorStatus> extends Failed<'http'> {
  readonly status_code: S
  /** Log it; support asks for it. */
  readonly request_id: string
  readonly error_type: ErrorType<S>
  readonly error_message: string
  readonly error_url: string
  readonly error_details?: unknown
  /** The whole answer, typed by its status. */
  readonly body: ResponseBody<S>
  /** What `Retry-After` asked for, in milliseconds. */
  readonly retryAfterMs?: number
}

/** The API answered with an error of the contract; narrow it by `status_code`. */
export type HttpError<S extends ErrorStatus = ErrorStatus> = { [Each in S]: Answered<Each> }[S]

/** No answer arrived: name resolution, connection, TLS, or a body that broke off. */
export interface NetworkError extends Failed<'network'> {
  /** The platform's code where it gives one, such as `ECONNREFUSED`. */
  readonly code?: string
}

/** A time limit ran out. Whether the access was revoked is unknown. */
export interface TimeoutError extends Failed<'timeout'> {
  /** The option that set the limit. */
  readonly limit: 'timeoutMs' | 'deadlineMs'
}

/** The caller's `signal` was aborted; its reason stays on the signal. */
export type AbortedError = Failed<'aborted'>

/** What is wrong with an answer that the contract does not know. */
export type DecodeReason = 'redirect' | 'size' | 'status' | 'media type' | 'json' | 'contract'

/** An answer arrived that the contract does not know. */
export interface DecodeError extends Failed<'decode'> {
  readonly reason: DecodeReason
  /** The HTTP status; 0 for a redirect whose status the browser hides. */
  readonly status_code: number
  /** The answer's `request_id`, where it has one. */
  readonly request_id?: string
  /** Where a JSON body breaks the contract; never a value of the body. */
  readonly violations: readonly Violation[]
  /** What `Retry-After` asked for, in milliseconds. */
  readonly retryAfterMs?: number
}

/** The input was refused before anything was sent. */
export interface ArgumentError extends Failed<'argument'> {
  /** The option or parameter at fault. */
  readonly argument: string
}

/**
 * Each failure of a call, and the class to test for with `instanceof`. No secret, session token
 * or JWT is in any of its parts.
 *
 * @example
 * try {
 *   await client.organizations.members.connectedApps.revoke(params)
 * } catch (error) {
 *   if (error instanceof ConnectedAppsError && error.kind === 'http') console.log(error.request_id)
 * }
 */
export type ConnectedAppsError =
  | HttpError
  | NetworkError
  | TimeoutError
  | AbortedError
  | DecodeError
  | ArgumentError

// Node.js shows an error under the name of its class.
// oxlint-disable-next-line no-shadow -- so this class has the name under which it is exported
const Family = class ConnectedAppsError extends Error {
  static {
    this.prototype.name = 'ConnectedAppsError'
  }

  constructor(message: string, fields: object) {
    super(message)
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) (this as Record<string, unknown>)[name] = value // the fields of a kind
    }
  }

  // A log line of JSON would lack the message, which errors keep out of their own properties.
  toJSON(): object {
    return { message: this.message, ...(this as object) } // whose own properties lack it
  }
}

/** The class of each {@link ConnectedAppsError}; only this package makes them. */
export const ConnectedAppsError = Family as unknown as {
  readonly prototype: ConnectedAppsError
  [Symbol.hasInstance](value: unknown): value is ConnectedAppsError
} // its instances are made by failed() alone, whose fields are those of the union

type FieldsOf<E> = { [Field in Exclude<keyof E, keyof Error | 'kind'>]: E[Field] | undefined }

/** Makes the error of one kind. Fields that are undefined are left out. */
export function failed<Kind extends ConnectedAppsError['kind']>(
  kind: Kind,
  message: string,
  fields: FieldsOf<Extract<ConnectedAppsError, { kind: Kind }>>,
): ConnectedAppsError {
  return new Family(message, { kind, ...fields }) as unknown as ConnectedAppsError // see above
}

/** The message says what is wrong with the argument, of what call, and what to do. */
export function refuseArgument(
  argument: string,
  problem: string,
  where: string,
  advice = '',
): never {
  throw failed('argument', `${argument} ${problem} (${where})${advice}`, { attempts: 0, argument })
}
