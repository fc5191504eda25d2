// Generated from the contract by packages/client/codegen. Do not edit; run `npm run generate`.
import type { CreateMethod } from '../call.ts'
import type { RevokeConnectedAppMethods } from '../operations/revoke-connected-app.ts'
import type { GetMemberConnectedAppsMethods } from '../operations/get-member-connected-apps.ts'
import type { GetOrganizationConnectedAppMethods } from '../operations/get-organization-connected-app.ts'
import { revokeConnectedApp } from '../operations/revoke-connected-app.ts'
import { getMemberConnectedApps } from '../operations/get-member-connected-apps.ts'
import { getOrganizationConnectedApp } from '../operations/get-organization-connected-app.ts'

export type * from '../operations/revoke-connected-app.ts'
export type * from '../operations/get-member-connected-apps.ts'
export type * from '../operations/get-organization-connected-app.ts'

/** The methods of the client, each where its `x-client-method` says. */
export class Methods {
  readonly organizations: GetOrganizationConnectedAppMethods & { readonly members: GetMemberConnectedAppsMethods & { readonly connectedApps: RevokeConnectedAppMethods } }

  constructor(createMethod: CreateMethod) {
    this.organizations = { ...getOrganizationConnectedApp(createMethod), members: { ...getMemberConnectedApps(createMethod), connectedApps: { ...revokeConnectedApp(createMethod) } } }
  }
}
