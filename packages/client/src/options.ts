import type { HeaderParameters, PathParameters } from '@connected-apps/contract'
import { throwArgumentError } from './errors.ts'
import { copyPlainObject, orUndefined, requireHeaderValue } from './input.ts'
import type { RevokeParams } from './revoke.ts'
import { METHOD, PARAM_NAMES } from './revoke.ts'

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
 * A Member's session, as its secret token or as a JWT. Its roles must include the permission to
 * revoke, and it must belong to the Organization in the path.
 */
export type Authorization =
  | { session_token: string; session_jwt?: never }
  | { session_jwt: string; session_token?: never }

/** The options of one call. Its limits take precedence over those of the client. */
export interface RevokeOptions extends CallLimits {
  /** The Member on whose authority the access is revoked. Without it, no permission is checked. */
  authorization?: Authorization | undefined
  /** Aborts the call, even during a delay between attempts. */
  signal?: AbortSignal | undefined
}

export type Limits = { [Name in keyof CallLimits]-?: number }

export const DEFAULT_LIMITS: Limits = { timeoutMs: 10_000, deadlineMs: 60_000, maxRetries: 2 }
export const LIMIT_NAMES = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[] // it has no other keys

// setTimeout treats a larger delay as 1 ms.
const MAX_LIMIT = 2_147_483_647

/** The validated parameters and options of one call, with defaults applied. */
export interface ResolvedCall {
  params: PathParameters
  session: HeaderParameters
  signal: AbortSignal | undefined
  limits: Limits
}

export function parseCall(
  params: RevokeParams,
  options: RevokeOptions | undefined,
  defaults: Limits,
): ResolvedCall {
  const copy = copyPlainObject('options', options, METHOD, [
    'authorization',
    'signal',
    ...LIMIT_NAMES,
  ])
  const { authorization, signal } = copy
  if (signal && orUndefined(() => typeof signal.addEventListener) !== 'function') {
    throwArgumentError('signal', 'must be an AbortSignal', METHOD)
  }
  return {
    params: parseParams(params),
    session: toSessionHeader(authorization),
    signal,
    limits: parseLimits(copy, defaults, METHOD),
  }
}

/** Rejects values that would change the path beyond their own segment. */
function parseParams(params: RevokeParams): PathParameters {
  const copy = copyPlainObject('params', params, METHOD)
  for (const name of PARAM_NAMES) {
    const value: unknown = copy[name]
    if (!isPathSegment(value)) {
      const shown = typeof value === 'string' ? JSON.stringify(value) : typeof value
      throwArgumentError(
        name,
        `${shown} cannot be a path segment`,
        METHOD,
        '; pass the id that the API returned',
      )
    }
  }
  return copy as PathParameters // safe: each parameter was just checked
}

// URL parsers remove "." and ".." from a path, and a lone surrogate has no percent-encoding.
function isPathSegment(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    !/^\.\.?$/.test(value) &&
    !!orUndefined(() => encodeURIComponent(value))
  )
}

/**
 * The header of the session. An authorization without a session is rejected: the request would be
 * sent without one, and so without the permission check that the caller intended.
 */
function toSessionHeader(authorization: unknown): HeaderParameters {
  if (authorization === undefined) return {}
  const { session_token, session_jwt } = copyPlainObject(
    'authorization',
    authorization as Record<string, unknown>, // safe: anything but an object is rejected
    METHOD,
  )
  if (session_jwt === undefined) {
    return { 'X-Stytch-Member-Session': requireHeaderValue('session_token', session_token, METHOD) }
  }
  if (session_token !== undefined) {
    throwArgumentError('authorization', 'must be session_token or session_jwt, not both', METHOD)
  }
  return { 'X-Stytch-Member-SessionJWT': requireHeaderValue('session_jwt', session_jwt, METHOD) }
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
