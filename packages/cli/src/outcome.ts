import type { Target } from './target.ts'

/** How the revocation of a target ended. */
export type Result =
  /** The API confirmed it with a 200. */
  | 'revoked'
  /** The API does not know the Organization, the Member or the Connected App (404). */
  | 'not_found'
  /** The credentials or the session may not do this (403). */
  | 'forbidden'
  /** The API rejected it otherwise, or failed at every attempt. */
  | 'failed'
  /** No response decided it: none arrived, or the run stopped first. It can be revoked again. */
  | 'unknown'

/** What is known of a target after its last attempt. */
export interface Outcome {
  /** The target's position in the plan, from 0. */
  readonly ordinal: number
  readonly target: Target
  readonly result: Result
  /** Absent if no response arrived. */
  readonly status_code?: number | undefined
  /** Identifies the request to the API's support. */
  readonly request_id?: string | undefined
  readonly error_type?: string | undefined
  /** Why it was not revoked, in one line without secrets. */
  readonly reason?: string | undefined
  /** When the response to the last attempt arrived, in milliseconds since 1970. */
  readonly endedAt: number
  /** How long the last attempt took, in milliseconds. */
  readonly durationMs: number
  /** How many requests were sent for it in this run. */
  readonly attempts: number
}
