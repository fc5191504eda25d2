import type { Bump } from '../bump.ts'

/** One difference between the released contract and the edited one. */
export interface Change {
  /** The bump of `info.version` that it requires. */
  bump: Bump
  /** What changed, in a few words. */
  what: string
  /** Where, as a JSON Pointer in a URI fragment. */
  pointer: string
  /** Why it requires this bump. */
  why: string
}
