import type { Bump } from '../bump.ts'

/** One difference between the released contract and the edited one. */
export interface Change {
  /** How much `info.version` has to rise for it. */
  bump: Bump
  /** What was done to what, in a few words. */
  what: string
  /** Where it is written. */
  pointer: string
  /** Why the version has to rise that much. */
  why: string
}
