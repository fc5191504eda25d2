import type {
  ClientOperation,
  HeaderParameters,
  OperationId,
  SessionHeader,
} from '@connected-apps/contract'
import type { ResolvedConfig } from './config.ts'
import { throwArgumentError } from './errors.ts'
import type { ExtraHeaders } from './headers.ts'
import { parseHeaders, secretHeaderValues } from './headers.ts'
import {
  copyPlainObject,
  member,
  orUndefined,
  ownString,
  rejectUndefined,
  requireVisibleAscii,
} from './input.ts'
import type { LimitOptions, ResolvedLimits } from './limits.ts'
import { LIMIT_NAMES, parseLimits } from './limits.ts'
import type { Params } from './params.ts'

interface SessionJwt {
  /** The session as a JWT. */
  session_jwt: string
  session_token?: never
}

// Named, and last in the union, because TypeScript then compares with it: the error for an undefined
// token is that it is undefined, and not that a JWT is missing.
interface SessionToken {
  /** The secret token of the session. */
  session_token: string
  session_jwt?: never
}

/**
 * A Member's session. Its roles must include the permission of the operation, and it must belong
 * to the Organization in the path.
 */
export type Authorization = SessionJwt | SessionToken

interface BaseOptions<Id extends OperationId> extends LimitOptions {
  /**
   * The Member on whose authority the call is made. Without it, no permission is checked; undefined
   * is rejected, since it usually means that a session was not found.
   */
  authorization?: [SessionHeader<Id>] extends [never] ? never : Authorization
  /** Aborts the call, even during a delay between attempts. */
  signal?: AbortSignal | undefined
}

/** The headers that the contract declares for an operation, except those of a session. */
type DeclaredHeaders<Id extends OperationId> = Omit<HeaderParameters<Id>, SessionHeader<Id>>

/** The option `headers`; required if the contract requires a header. */
export type HeadersOption<Declared> = object extends Declared
  ? {
      /** Extra headers; those of the client with the same names are replaced. */
      headers?: (Declared & ExtraHeaders) | undefined
    }
  : {
      /** The headers that the contract requires, and extra ones. */
      headers: Declared & ExtraHeaders
    }

/** The options of one call. Its limits take precedence over those of the client. */
export type CallOptions<Id extends OperationId = OperationId> = BaseOptions<Id> &
  HeadersOption<DeclaredHeaders<Id>>

/** The arguments of a method; its options can be left out unless one of them is required. */
export type CallArguments<Id extends OperationId> =
  object extends CallOptions<Id>
    ? [params: Params<Id>, options?: CallOptions<Id>]
    : [params: Params<Id>, options: CallOptions<Id>]

/** The validated options of one call, with defaults applied. */
export interface ResolvedOptions {
  /** The headers of the client and of the call, and that of the session. */
  headers: Readonly<Record<string, string>>
  /** Redacted in errors and results. */
  secrets: readonly string[]
  /** Redacted in errors only; in a result, they may be ordinary data. */
  headerSecrets: readonly string[]
  signal: AbortSignal | undefined
  limits: ResolvedLimits
}

const NO_SESSION_ADVICE =
  'pass session_token or session_jwt in it, or leave it out to call without a permission check'

const SESSION_NAMES = ['session_token', 'session_jwt'] as const
const OPTION_NAMES = ['authorization', 'headers', 'signal', ...LIMIT_NAMES] as const

/** What to use instead of names that look like options. */
const HINTS = {
  timeout: 'use timeoutMs',
  session_token: 'use authorization: { session_token }',
  session_jwt: 'use authorization: { session_jwt }',
}

/** Validates the options of a call, which may come from code that is not type-checked. */
export function parseOptions(
  operation: ClientOperation,
  options: unknown,
  config: ResolvedConfig,
  where: string,
): ResolvedOptions {
  const copy = copyPlainObject<CallOptions>('options', options, where, OPTION_NAMES, HINTS)
  rejectUndefined(copy, 'authorization', where, NO_SESSION_ADVICE)
  const signal = copy.signal ?? undefined
  if (signal !== undefined && !isSignal(signal)) {
    throwArgumentError('signal', 'must be an AbortSignal', where)
  }
  const session = parseSession(operation, copy.authorization, where)
  const headers = { ...config.headers }
  const secrets = [...config.secrets]
  const headerSecrets = [...config.headerSecrets]
  if (copy.headers !== undefined) {
    const extraHeaders = parseHeaders(copy.headers, where)
    Object.assign(headers, extraHeaders)
    headerSecrets.push(...secretHeaderValues(extraHeaders))
  }
  // Headers of the client are checked here too, because the session headers depend on the operation.
  for (const name of Object.values(operation.sessionHeaders)) {
    if (Object.hasOwn(headers, name.toLowerCase())) {
      throwArgumentError(name, 'cannot be set in headers', where, 'use the option authorization')
    }
  }
  if (session) {
    headers[session.header] = session.value
    secrets.push(session.value)
  }
  return {
    headers,
    secrets,
    headerSecrets,
    signal,
    limits: parseLimits(copy, config.limits, where),
  }
}

function isSignal(value: unknown): boolean {
  const methods = ['addEventListener', 'removeEventListener']
  return methods.every((name) => orUndefined(() => typeof member(value, name)) === 'function')
}

/**
 * Returns the header of the session. An authorization without a session is rejected, since the
 * request would be sent without the permission check that the caller intended.
 */
function parseSession(
  operation: ClientOperation,
  authorization: unknown,
  where: string,
): { header: string; value: string } | undefined {
  if (authorization === undefined) return undefined
  const session = copyPlainObject<Record<(typeof SESSION_NAMES)[number], unknown>>(
    'authorization',
    authorization,
    where,
    SESSION_NAMES,
  )
  const { session_token: token, session_jwt: jwt } = session
  if (token !== undefined && jwt !== undefined) {
    throwArgumentError('authorization', 'must be session_token or session_jwt, not both', where)
  }
  if (Object.keys(session).length === 0) {
    throwArgumentError('authorization', 'is empty', where, NO_SESSION_ADVICE)
  }
  const [option, value, form] =
    token !== undefined || !Object.hasOwn(session, 'session_jwt')
      ? (['session_token', token, 'token'] as const)
      : (['session_jwt', jwt, 'jwt'] as const)
  const header = ownString(operation.sessionHeaders, form)
  if (header === undefined) {
    return throwArgumentError(
      'authorization',
      `is not accepted: the operation takes no ${option}`,
      where,
    )
  }
  return { header: header.toLowerCase(), value: requireVisibleAscii(option, value, where) }
}
