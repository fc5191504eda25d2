import type { B2BClientConfig } from './config.ts'
import { parseConfig } from './config.ts'
import type { ConnectedAppsError } from './errors.ts'
import type { RevokeOptions } from './options.ts'
import type { RevokeParams, RevokeResponse } from './revoke.ts'
import { systemClock } from './timeouts.ts'
import { createMethod } from './call.ts'

/** What `tryRevoke` resolves to. */
export type RevokeResult =
  | { ok: true; body: RevokeResponse }
  | { ok: false; error: ConnectedAppsError }

/** The operations on a Member's Connected Apps. */
export interface ConnectedApps {
  /**
   * Revokes a Connected App's access to a Member, and with it every token issued on the Member's
   * behalf. Idempotent. Rejects with a `ConnectedAppsError`.
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
  readonly revoke: (params: RevokeParams, options?: RevokeOptions) => Promise<RevokeResponse>
  /**
   * Like `revoke`, but never throws: a failure is part of the result. Narrow it by `ok`, then
   * `error.kind`, then `error.status_code`.
   */
  readonly tryRevoke: (params: RevokeParams, options?: RevokeOptions) => Promise<RevokeResult>
}

/**
 * Calls the API with a project's credentials. Throws a `ConnectedAppsError` of kind `argument` if
 * the config is invalid.
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
    // The config is kept in a closure only: no property reveals the secret when a client is printed.
    const revoke = createMethod(parseConfig(config), systemClock)
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
