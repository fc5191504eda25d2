// What the backend sends to the browser. It is small on purpose: a screen needs to know what the user
// can do, not which service failed how.

/** A Connected App that has access to the Member. */
export interface ConnectedApp {
  connected_app_id: string
  name: string
  description: string
  /** Separated by spaces. */
  scopes_granted: string
  logo_url?: string
}

/** The body of `GET /api/connected-apps`. */
export interface ConnectedApps {
  connected_apps: ConnectedApp[]
}

/** What went wrong, by what the user can do about it. */
export const PROBLEM_CODES = [
  /** The session is missing, unknown or has expired: sign in again. */
  'session_over',
  /** The Member's roles do not allow it: ask an admin. */
  'not_permitted',
  /** The session belongs to another Organization: switch to it. */
  'other_organization',
  /** There is no such app any more: nothing is left to do. */
  'already_gone',
  /** Too many requests: wait for `retry_after_seconds`. */
  'rate_limited',
  /** It failed, or did not respond in time, so the outcome is unknown: try again. */
  'unavailable',
  /** The user can do nothing about it, except quote the `request_id` to support. */
  'unexpected',
] as const

export type ProblemCode = (typeof PROBLEM_CODES)[number]

/** The body of every response of the backend that is not a success. */
export interface Problem {
  code: ProblemCode
  /** Identifies the request to support. */
  request_id?: string
  /** Only with `rate_limited`. */
  retry_after_seconds?: number
}
