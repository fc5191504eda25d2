import { revokeConnectedApp as operation } from '@connected-apps/contract/operations/revoke-connected-app'
import type { CreateMethod, Method, Result, SuccessBody, TryMethod } from '../call.ts'
import { toTryMethod } from '../call.ts'
import type { CallOptions, Params } from '../options.ts'

type Id = typeof operation.operationId
/** The Organization, its Member, and the Connected App whose access to the Member ends. */
export type RevokeParams = Params<Id>
export type RevokeOptions = CallOptions<Id>
export type RevokeResponse = SuccessBody<Id>
export type RevokeResult = Result<Id>

/** `POST …/members/{member_id}/connected_apps/{connected_app_id}/revoke` */
export interface RevokeConnectedAppMethods {
  /**
   * Revokes a Connected App's access to a Member, and with it every token issued on the Member's
   * behalf. Idempotent. Rejects with a `ConnectedAppsError`.
   */
  readonly revoke: Method<Id>
  /** Like `revoke`, but a failure is part of the result; narrow it by `ok`, then `error.kind`. */
  readonly tryRevoke: TryMethod<Id>
}

export function revokeConnectedApp(createMethod: CreateMethod): RevokeConnectedAppMethods {
  const revoke = createMethod(operation)
  return { revoke, tryRevoke: toTryMethod(revoke) }
}
