// Generated from the contract by packages/client/codegen. Do not edit; run `npm run generate`.
import { revokeConnectedApp as revokeConnectedAppOperation } from '@connected-apps/contract/operations/revoke-connected-app'
import { getMemberConnectedApps as getMemberConnectedAppsOperation } from '@connected-apps/contract/operations/get-member-connected-apps'
import { getOrganizationConnectedApp as getOrganizationConnectedAppOperation } from '@connected-apps/contract/operations/get-organization-connected-app'
import type { Client, Result } from '../client.ts'
import type { CallArguments, CallOptions } from '../options.ts'
import type { Params } from '../params.ts'
import type { SuccessBody } from '../response.ts'

export type RevokeParams = Params<'revokeConnectedApp'>
export type RevokeOptions = CallOptions<'revokeConnectedApp'>
export type RevokeResponse = SuccessBody<'revokeConnectedApp'>
export type RevokeResult = Result<'revokeConnectedApp'>

/**
 * Ends a Connected App's access to a Member and revokes every active
 * token that was issued on the Member's behalf. No new token can be
 * issued until the Member completes a new authorization flow with that
 * Connected App.
 *
 * `POST /v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke`
 *
 * Rejects with a `ConnectedAppsError`.
 */
export function revoke(client: Client, ...args: CallArguments<'revokeConnectedApp'>): Promise<RevokeResponse> {
  return client.call(revokeConnectedAppOperation, ...args)
}

/** Like `revoke`, but a failure is part of the result; narrow it by `ok`, then `error.kind`. */
export function tryRevoke(client: Client, ...args: CallArguments<'revokeConnectedApp'>): Promise<RevokeResult> {
  return client.tryCall(revokeConnectedAppOperation, ...args)
}

export type GetConnectedAppsParams = Params<'getMemberConnectedApps'>
export type GetConnectedAppsOptions = CallOptions<'getMemberConnectedApps'>
export type GetConnectedAppsResponse = SuccessBody<'getMemberConnectedApps'>
export type GetConnectedAppsResult = Result<'getMemberConnectedApps'>

/**
 * Lists the Connected Apps that a Member has completed an authorization
 * flow with. A revoked app is no longer in the list.
 *
 * `GET /v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps`
 *
 * Rejects with a `ConnectedAppsError`.
 */
export function getConnectedApps(client: Client, ...args: CallArguments<'getMemberConnectedApps'>): Promise<GetConnectedAppsResponse> {
  return client.call(getMemberConnectedAppsOperation, ...args)
}

/** Like `getConnectedApps`, but a failure is part of the result; narrow it by `ok`, then `error.kind`. */
export function tryGetConnectedApps(client: Client, ...args: CallArguments<'getMemberConnectedApps'>): Promise<GetConnectedAppsResult> {
  return client.tryCall(getMemberConnectedAppsOperation, ...args)
}

export type GetConnectedAppParams = Params<'getOrganizationConnectedApp'>
export type GetConnectedAppOptions = CallOptions<'getOrganizationConnectedApp'>
export type GetConnectedAppResponse = SuccessBody<'getOrganizationConnectedApp'>
export type GetConnectedAppResult = Result<'getOrganizationConnectedApp'>

/**
 * Describes a Connected App, and lists the Members of the Organization who
 * have an active installation of it: those whom an incident affects.
 *
 * `GET /v1/b2b/organizations/{organization_id}/connected_apps/{connected_app_id}`
 *
 * Rejects with a `ConnectedAppsError`.
 */
export function getConnectedApp(client: Client, ...args: CallArguments<'getOrganizationConnectedApp'>): Promise<GetConnectedAppResponse> {
  return client.call(getOrganizationConnectedAppOperation, ...args)
}

/** Like `getConnectedApp`, but a failure is part of the result; narrow it by `ok`, then `error.kind`. */
export function tryGetConnectedApp(client: Client, ...args: CallArguments<'getOrganizationConnectedApp'>): Promise<GetConnectedAppResult> {
  return client.tryCall(getOrganizationConnectedAppOperation, ...args)
}
