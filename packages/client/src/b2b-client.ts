import type { Revoked } from './answer.ts'
import { systemClock } from './clock.ts'
import type { B2BClientConfig } from './config.ts'
import { readConfig } from './config.ts'
import type { ConnectedAppsError } from './errors.ts'
import type { RevokeOptions, RevokeParams } from './revoke-options.ts'
import { openRevoke } from './revoke.ts'

/** What `tryRevoke` resolves to. */
export type RevokeResult = { ok: true; body: Revoked } | { ok: false; error: ConnectedAppsError }

/** What can be done with a Member's Connected Apps. */
export interface ConnectedApps {
  /**
   * Ends a Connected App's access to a Member, and revokes each token issued on the Member's
   * behalf. Revoking twice changes nothing. Rejects with a `ConnectedAppsError`.
   *
   * Contract: `POST …/members/{member_id}/connected_apps/{connected_app_id}/revoke`.
   *
   * @example
   * const { request_id } = await client.organizations.members.connectedApps.revoke({
   *   organization_id,
   *   member_id,
   *   connected_app_id,
   * })
   */
  readonly revoke: (params: RevokeParams, options?: RevokeOptions) => Promise<Revoked>
  /**
   * The same, but a failure is a value: narrow it by `ok`, then `error.kind`, then
   * `error.status_code`. It does not throw.
   */
  readonly tryRevoke: (params: RevokeParams, options?: RevokeOptions) => Promise<RevokeResult>
}

/**
 * Calls the API with a project's credentials. Throws a `ConnectedAppsError` of kind `argument` for
 * a wrong config.
 *
 * @example
 * const client = new B2BClient({
 *   project_id: 'project-test-11111111-1111-4111-8111-111111111111',
 *   secret: process.env.STYTCH_SECRET ?? '',
 * })
 */
export class B2BClient {
  readonly organizations: { readonly members: { readonly connectedApps: ConnectedApps } }

  constructor(config: B2BClientConfig) {
    // The settings live in a closure alone: no property shows the secret to who prints a client.
    const revoke = openRevoke(readConfig(config), systemClock)
    const connectedApps: ConnectedApps = {
      revoke,
      tryRevoke: (params, options) =>
        revoke(params, options).then(
          (body) => ({ ok: true, body }),
          (error: ConnectedAppsError) => ({ ok: false, error }), // revoke rejects with nothing else
        ),
    }
    this.organizations = { members: { connectedApps } }
  }
}
