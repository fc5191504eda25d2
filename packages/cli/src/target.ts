import type { RevokeParams } from '@connected-apps/client'

/** One Member's authorization of one Connected App: what one call revokes. */
export type Target = Readonly<RevokeParams>

/** Where the Members who use an app are listed. */
export type AppInOrganization = Pick<Target, 'organization_id' | 'connected_app_id'>

/** A Connected App, and what people call it. */
export interface NamedApp {
  readonly connected_app_id: string
  readonly name: string
}

/** The server may have chosen a name that would fill a disk. */
const MAX_NAME_LENGTH = 200

export function nameApp(connected_app_id: string, name: string): NamedApp {
  return { connected_app_id, name: name.slice(0, MAX_NAME_LENGTH) }
}

/** A text that is the same for no other target, since the contract allows no spaces in ids. */
export function keyOf({ organization_id, member_id, connected_app_id }: Target): string {
  return `${organization_id} ${member_id} ${connected_app_id}`
}

/** Who has access now. */
export interface ConnectedMember extends Target {
  /**
   * `again` if the ledger has the target as revoked, so that the Member has authorized the app since;
   * `still` if the ledger has it with another result, or with none; `unlisted` if the ledger does not
   * have it.
   */
  readonly connected: 'again' | 'still' | 'unlisted'
}

/** A target with its position in the plan, from 0. */
export interface OrdinalTarget {
  readonly ordinal: number
  readonly target: Target
}
