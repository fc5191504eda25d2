import type { RevokeParams } from '@connected-apps/client'

/** One Member's authorization of one Connected App: what one call revokes. */
export type Target = Readonly<RevokeParams>

/** A target with its position in the plan, from 0. */
export interface OrdinalTarget {
  readonly ordinal: number
  readonly target: Target
}
