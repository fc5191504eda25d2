import type { HeaderParameters, PathParameters } from '@connected-apps/contract'
import type { Authorization } from './authorization.ts'
import { readAuthorization } from './authorization.ts'
import { refuseArgument } from './errors.ts'
import type { CallLimits, Limits } from './options.ts'
import { readLimits, refuseUnknown } from './options.ts'
import { readPathParams } from './path-params.ts'

/** Whose access ends: the Organization, the Member, the Connected App. */
export type RevokeParams = PathParameters

/** What one call may have of its own; its limits go before those of the client. */
export interface RevokeOptions extends CallLimits {
  /** The Member on whose authority the access is revoked. Without it there is no such check. */
  authorization?: Authorization | undefined
  /** Ends the call, also while it waits. */
  signal?: AbortSignal | undefined
}

const WHERE = 'revoke'
const OPTIONS: Record<keyof RevokeOptions, true> = {
  authorization: true,
  signal: true,
  timeoutMs: true,
  deadlineMs: true,
  maxRetries: true,
}

/** What one call is to do, found right. */
export interface Order {
  ids: PathParameters
  session: HeaderParameters
  signal: AbortSignal | undefined
  limits: Limits
}

export function readOrder(params: RevokeParams, options: RevokeOptions, defaults: Limits): Order {
  refuseUnknown(options, Object.keys(OPTIONS), WHERE)
  const { signal } = options
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    refuseArgument('signal', `signal must be an AbortSignal (${WHERE})`)
  }
  return {
    ids: readPathParams(params),
    session: readAuthorization(options.authorization),
    signal,
    limits: readLimits(options, defaults, WHERE),
  }
}
