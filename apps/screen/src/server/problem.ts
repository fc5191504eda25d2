import type { ConnectedAppsError } from '@connected-apps/client'
import type { Problem, ProblemCode } from '../api.ts'

/** The status with which the backend sends each problem. */
export const statusOf = {
  session_over: 401,
  not_permitted: 403,
  other_organization: 403,
  already_gone: 404,
  rate_limited: 429,
  unavailable: 503,
  unexpected: 500,
} as const satisfies Record<ProblemCode, number>

// An unknown or expired session gets a 404 of its own, a malformed one a 400.
const SESSION_OVER: readonly unknown[] = [
  'session_not_found',
  'invalid_session_token',
  'unable_to_parse_session_jwt',
]

/** What an error of the client means for the user of the screen. */
export function toProblem(error: ConnectedAppsError): Problem {
  const problem: Problem = { code: codeOf(error) }
  if (!('status_code' in error)) return problem
  if (error.request_id !== undefined) problem.request_id = error.request_id
  if (problem.code === 'rate_limited' && error.retryAfterMs !== undefined) {
    problem.retry_after_seconds = Math.ceil(error.retryAfterMs / 1000)
  }
  return problem
}

function codeOf(error: ConnectedAppsError): ProblemCode {
  if (error.kind === 'network' || error.kind === 'timeout') return 'unavailable'
  if (error.kind !== 'http') return 'unexpected'
  const { status_code: status, error_type: type } = error
  if (status === 429) return 'rate_limited'
  if (status >= 500) return 'unavailable'
  // A proxy in front of the API knows nothing about sessions, roles and apps.
  if (!error.conforms) return 'unexpected'
  if (SESSION_OVER.includes(type)) return 'session_over'
  if (type === 'session_authorization_error') return 'not_permitted'
  if (type === 'session_authorization_tenancy_error') return 'other_organization'
  if (type === 'connected_app_not_found') return 'already_gone'
  return 'unexpected'
}
