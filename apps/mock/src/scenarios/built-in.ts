import type { ExampleName } from '@connected-apps/contract/examples'

/** The longest delay of a response. */
export const maxWaitSeconds = 60

/** A response of a scenario: an example of the contract, and how long to delay it. */
export interface PlannedResponse {
  /** The example alone determines the status. */
  example: ExampleName
  waitSeconds?: number
}

/** The responses to a `connected_app_id`, call by call; the last one repeats. */
export interface Scenario {
  connected_app_id: string
  title: string
  responses: readonly [PlannedResponse, ...PlannedResponse[]]
}

const idPrefix = 'connected-app-test-00000000-0000-4000-8000-'

type Row = [
  lastGroup: string,
  title: string,
  examples: [ExampleName, ...ExampleName[]],
  waitSeconds?: number,
]

const rows: Row[] = [
  ['000000000200', 'Revoked', ['revoked']],
  ['000000000400', 'The request is malformed', ['bad_request']],
  ['000000001400', 'organization_id is malformed', ['invalid_organization_id']],
  ['000000002400', 'member_id or connected_app_id is malformed', ['invalid_id']],
  ['000000003400', 'The session token is malformed', ['invalid_session_token']],
  ['000000004400', 'The session JWT cannot be verified', ['unable_to_parse_session_jwt']],
  ['000000005400', 'Both session headers were sent', ['too_many_session_arguments']],
  ['000000000401', 'The credentials are wrong', ['unauthorized_credentials']],
  ['000000000403', 'The roles of the session lack permission', ['session_authorization_error']],
  [
    '000000001403',
    'The session belongs to another Organization',
    ['session_authorization_tenancy_error'],
  ],
  ['000000000404', 'No such Connected App', ['connected_app_not_found']],
  ['000000001404', 'No such Organization', ['organization_not_found']],
  ['000000002404', 'The session is unknown or has expired', ['session_not_found']],
  ['000000003404', 'No such Member', ['member_not_found']],
  ['000000004404', 'No such route', ['route_not_found']],
  ['000000000429', 'Too many requests', ['too_many_requests']],
  ['000000000500', 'The server fails', ['internal_server_error']],
  ['000000d03200', 'Revoked after 3 seconds', ['revoked'], 3],
  ['000000d30200', 'Revoked after 30 seconds, to test timeouts', ['revoked'], 30],
  [
    '000429429200',
    'Too many requests twice, then revoked',
    ['too_many_requests', 'too_many_requests', 'revoked'],
  ],
  ['000000500200', 'The server fails once, then revoked', ['internal_server_error', 'revoked']],
]

/**
 * The built-in scenarios. The last group of an id is read as statuses of three digits each: 429,
 * 429, 200. Before a status, 001 to 005 select another of its examples, and d03 waits 3 seconds.
 */
export const scenarios: readonly Scenario[] = rows.map(
  ([lastGroup, title, [first, ...others], waitSeconds]) => ({
    connected_app_id: idPrefix + lastGroup,
    title,
    responses: [
      { example: first, ...(waitSeconds !== undefined && { waitSeconds }) },
      ...others.map((example) => ({ example })),
    ],
  }),
)
