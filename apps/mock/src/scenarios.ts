import type { PlannedAnswer } from './choice.ts'

/** What the mock answers to a `connected_app_id`, call by call; the last answer repeats. */
export interface Scenario {
  connected_app_id: string
  title: string
  answers: readonly [PlannedAnswer, ...PlannedAnswer[]]
}

/**
 * The built-in scenarios. The last group of an id reads as statuses of three digits each: 429, 429,
 * 200. In front of a status, 001 to 005 select another of its examples, and d03 waits 3 seconds.
 */
export const scenarios = [
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000200',
    title: 'Revoked',
    answers: [{ status: 200, example: 'revoked' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000400',
    title: 'The request is malformed',
    answers: [{ status: 400, example: 'bad_request' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000001400',
    title: 'organization_id has an impossible form',
    answers: [{ status: 400, example: 'invalid_organization_id' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000002400',
    title: 'member_id or connected_app_id has an impossible form',
    answers: [{ status: 400, example: 'invalid_id' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000003400',
    title: 'The session token has an impossible form',
    answers: [{ status: 400, example: 'invalid_session_token' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000004400',
    title: 'The session JWT can not be verified',
    answers: [{ status: 400, example: 'unable_to_parse_session_jwt' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000005400',
    title: 'Both session headers were sent',
    answers: [{ status: 400, example: 'too_many_session_arguments' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000401',
    title: 'The credentials are wrong',
    answers: [{ status: 401, example: 'unauthorized_credentials' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000403',
    title: "The session's roles do not allow it",
    answers: [{ status: 403, example: 'session_authorization_error' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000001403',
    title: 'The session belongs to another Organization',
    answers: [{ status: 403, example: 'session_authorization_tenancy_error' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000404',
    title: 'No such Connected App',
    answers: [{ status: 404, example: 'connected_app_not_found' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000001404',
    title: 'No such Organization',
    answers: [{ status: 404, example: 'organization_not_found' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000002404',
    title: 'The session is unknown or has expired',
    answers: [{ status: 404, example: 'session_not_found' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000003404',
    title: 'No such Member',
    answers: [{ status: 404, example: 'member_not_found' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000004404',
    title: 'No such route',
    answers: [{ status: 404, example: 'route_not_found' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000429',
    title: 'Too many requests',
    answers: [{ status: 429, example: 'too_many_requests' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000500',
    title: 'The server fails',
    answers: [{ status: 500, example: 'internal_server_error' }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000d03200',
    title: 'Revoked after 3 seconds',
    answers: [{ status: 200, example: 'revoked', waitSeconds: 3 }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000d30200',
    title: 'Revoked after 30 seconds, for timeouts',
    answers: [{ status: 200, example: 'revoked', waitSeconds: 30 }],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000429429200',
    title: 'Too many requests twice, then revoked',
    answers: [
      { status: 429, example: 'too_many_requests' },
      { status: 429, example: 'too_many_requests' },
      { status: 200, example: 'revoked' },
    ],
  },
  {
    connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000500200',
    title: 'The server fails once, then revoked',
    answers: [
      { status: 500, example: 'internal_server_error' },
      { status: 200, example: 'revoked' },
    ],
  },
] as const satisfies readonly Scenario[]
