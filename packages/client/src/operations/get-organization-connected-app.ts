import { getOrganizationConnectedApp as operation } from '@connected-apps/contract/operations/get-organization-connected-app'
import type { CreateMethod, Method, Result, SuccessBody, TryMethod } from '../call.ts'
import { toTryMethod } from '../call.ts'
import type { CallOptions, Params } from '../options.ts'

type Id = typeof operation.operationId
/** The Organization, and the Connected App that its Members may use. */
export type GetConnectedAppParams = Params<Id>
export type GetConnectedAppOptions = CallOptions<Id>
export type GetConnectedAppResponse = SuccessBody<Id>
export type GetConnectedAppResult = Result<Id>

/** `GET …/organizations/{organization_id}/connected_apps/{connected_app_id}` */
export interface GetOrganizationConnectedAppMethods {
  /**
   * Describes a Connected App, and lists the Members of the Organization who use it. Rejects with
   * a `ConnectedAppsError`.
   */
  readonly getConnectedApp: Method<Id>
  /** Like `getConnectedApp`, but a failure is part of the result; narrow it by `ok`, then `error.kind`. */
  readonly tryGetConnectedApp: TryMethod<Id>
}

export function getOrganizationConnectedApp(
  createMethod: CreateMethod,
): GetOrganizationConnectedAppMethods {
  const getConnectedApp = createMethod(operation)
  return { getConnectedApp, tryGetConnectedApp: toTryMethod(getConnectedApp) }
}
