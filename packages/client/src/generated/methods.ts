// Generated from the contract by packages/client/codegen. Do not edit; run `npm run generate`.
import type { Client, Method, TryMethod } from '../client.ts'
import { revoke, tryRevoke, getConnectedApps, tryGetConnectedApps, getConnectedApp, tryGetConnectedApp } from './operations.ts'

/** The methods of the client, each where its `x-client-method` says. */
export class Methods {
  readonly organizations: {
    /**
     * Describes a Connected App, and lists the Members of the Organization who
     * have an active installation of it: those whom an incident affects.
     *
     * `GET /v1/b2b/organizations/{organization_id}/connected_apps/{connected_app_id}`
     *
     * Rejects with a `ConnectedAppsError`.
     */
    readonly getConnectedApp: Method<'getOrganizationConnectedApp'>
    /** Like `getConnectedApp`, but a failure is part of the result; narrow it by `ok`, then `error.kind`. */
    readonly tryGetConnectedApp: TryMethod<'getOrganizationConnectedApp'>
    readonly members: {
      /**
       * Lists the Connected Apps that a Member has completed an authorization
       * flow with. A revoked app is no longer in the list.
       *
       * `GET /v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps`
       *
       * Rejects with a `ConnectedAppsError`.
       */
      readonly getConnectedApps: Method<'getMemberConnectedApps'>
      /** Like `getConnectedApps`, but a failure is part of the result; narrow it by `ok`, then `error.kind`. */
      readonly tryGetConnectedApps: TryMethod<'getMemberConnectedApps'>
      readonly connectedApps: {
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
        readonly revoke: Method<'revokeConnectedApp'>
        /** Like `revoke`, but a failure is part of the result; narrow it by `ok`, then `error.kind`. */
        readonly tryRevoke: TryMethod<'revokeConnectedApp'>
      }
    }
  }

  constructor(client: Client) {
    this.organizations = {
      getConnectedApp: (...args) => getConnectedApp(client, ...args),
      tryGetConnectedApp: (...args) => tryGetConnectedApp(client, ...args),
      members: {
        getConnectedApps: (...args) => getConnectedApps(client, ...args),
        tryGetConnectedApps: (...args) => tryGetConnectedApps(client, ...args),
        connectedApps: {
          revoke: (...args) => revoke(client, ...args),
          tryRevoke: (...args) => tryRevoke(client, ...args),
        },
      },
    }
  }
}
