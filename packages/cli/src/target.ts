import type { RevokeParams } from '@connected-apps/client'

/** One Member's authorization of one Connected App: what one call revokes. */
export type Target = Readonly<RevokeParams>

/** Where the Members who use an app are listed. */
export type AppInOrganization = Pick<Target, 'organization_id' | 'connected_app_id'>

/** A text that is the same for no other target, since the contract allows no spaces in ids. */
export function keyOf({ organization_id, member_id, connected_app_id }: Target): string {
  return `${organization_id} ${member_id} ${connected_app_id}`
}

/** A target with its position in the plan, from 0. */
export interface OrdinalTarget {
  readonly ordinal: number
  readonly target: Target
}
