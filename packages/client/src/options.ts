import type { HeaderParameters, PathParameters } from '@connected-apps/contract'
import type { Authorization } from './authorization.ts'
import { readAuthorization } from './authorization.ts'
import { refuseArgument } from './errors.ts'
import type { CallLimits, Limits } from './limits.ts'
import { LIMIT_NAMES, readLimits } from './limits.ts'
import { readPathParams } from './path-params.ts'
import { readObject } from './plain-object.ts'
import { tried } from './tried.ts'

/** Whose access ends: the Organization, the Member, the Connected App. */
export type RevokeParams = PathParameters

/** What one call may have of its own; its limits go before those of the client. */
export interface RevokeOptions extends CallLimits {
  /** The Member on whose authority the access is revoked. Without it there is no such check. */
  authorization?: Authorization | undefined
  /** Ends the call, also while it waits. */
  signal?: AbortSignal | undefined
}

/** What one call is to do, found right. */
export interface Order {
  ids: PathParameters
  session: HeaderParameters
  signal: AbortSignal | undefined
  limits: Limits
}

export function readOrder(
  params: RevokeParams,
  options: RevokeOptions | undefined,
  defaults: Limits,
): Order {
  const given = readObject('options', options, 'revoke', [
    'authorization',
    'signal',
    ...LIMIT_NAMES,
  ])
  const { authorization, signal } = given
  if (signal && tried(() => typeof signal.addEventListener) !== 'function') {
    refuseArgument('signal', 'must be an AbortSignal', 'revoke')
  }
  return {
    ids: readPathParams(params),
    session: readAuthorization(authorization),
    signal,
    limits: readLimits(given, defaults, 'revoke'),
  }
}
