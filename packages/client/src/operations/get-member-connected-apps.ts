import { getMemberConnectedApps as operation } from '@connected-apps/contract/operations/get-member-connected-apps'
import type { CreateMethod, Method, Result, SuccessBody, TryMethod } from '../call.ts'
import { toTryMethod } from '../call.ts'
import type { CallOptions, Params } from '../options.ts'

type Id = typeof operation.operationId
/** The Organization, and its Member whose Connected Apps are listed. */
export type GetConnectedAppsParams = Params<Id>
export type GetConnectedAppsOptions = CallOptions<Id>
export type GetConnectedAppsResponse = SuccessBody<Id>
export type GetConnectedAppsResult = Result<Id>

/** `GET …/members/{member_id}/connected_apps` */
export interface GetMemberConnectedAppsMethods {
  /**
   * Lists the Connected Apps that have access to a Member; a revoked app is not among them.
   * Rejects with a `ConnectedAppsError`.
   */
  readonly getConnectedApps: Method<Id>
  /** Like `getConnectedApps`, but a failure is part of the result; narrow it by `ok`, then `error.kind`. */
  readonly tryGetConnectedApps: TryMethod<Id>
}

export function getMemberConnectedApps(createMethod: CreateMethod): GetMemberConnectedAppsMethods {
  const getConnectedApps = createMethod(operation)
  return { getConnectedApps, tryGetConnectedApps: toTryMethod(getConnectedApps) }
}
