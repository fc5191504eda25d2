// Generated from the contract by packages/scenarios/codegen. Do not edit; run `npm run generate`.

const revokeConnectedApp = {
  /** Revoked: 200. */
  revoked: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000200' },
  /** The request is malformed: 400. */
  theRequestIsMalformed: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000400' },
  /** organization_id is malformed: 400. */
  organizationIdIsMalformed: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000001400' },
  /** member_id or connected_app_id is malformed: 400. */
  memberIdOrConnectedAppIdIsMalformed: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000002400' },
  /** The session token is malformed: 400. */
  theSessionTokenIsMalformed: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000003400' },
  /** The session JWT cannot be verified: 400. */
  theSessionJWTCannotBeVerified: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000004400' },
  /** Both session headers were sent: 400. */
  bothSessionHeadersWereSent: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000005400' },
  /** The credentials are wrong: 401. */
  theCredentialsAreWrong: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000401' },
  /** The session's roles do not allow it: 403. */
  theSessionsRolesDoNotAllowIt: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000403' },
  /** A session of another Organization: 403. */
  aSessionOfAnotherOrganization: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000001403' },
  /** No such Organization: 404. */
  noSuchOrganization: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000001404' },
  /** The session is unknown or has expired: 404. */
  theSessionIsUnknownOrHasExpired: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000002404' },
  /** No such Member: 404. */
  noSuchMember: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000003404' },
  /** No such Connected App: 404. */
  noSuchConnectedApp: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000404' },
  /** No such route: 404. */
  noSuchRoute: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000004404' },
  /** Too many requests: 429. */
  tooManyRequests: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000429' },
  /** The server fails: 500. */
  theServerFails: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000000500' },
  /** Revoked after 3 seconds: 200. */
  revokedAfter3Seconds: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000d03200' },
  /** Revoked after 30 seconds, for timeouts: 200. */
  revokedAfter30SecondsForTimeouts: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000d30200' },
  /** Too many requests twice, then revoked: 429, 429, 200. */
  tooManyRequestsTwiceThenRevoked: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000429429200' },
  /** The server fails once, then revoked: 500, 200. */
  theServerFailsOnceThenRevoked: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000500200' },
} as const

const getMemberConnectedApps = {
  /** Two Connected Apps: 200. */
  twoConnectedApps: { member_id: 'member-test-00000000-0000-4000-8000-000000000200' },
  /** No Connected App: 200. */
  noConnectedApp: { member_id: 'member-test-00000000-0000-4000-8000-000000001200' },
  /** The request is malformed: 400. */
  theRequestIsMalformed: { member_id: 'member-test-00000000-0000-4000-8000-000000000400' },
  /** organization_id is malformed: 400. */
  organizationIdIsMalformed: { member_id: 'member-test-00000000-0000-4000-8000-000000001400' },
  /** member_id or connected_app_id is malformed: 400. */
  memberIdOrConnectedAppIdIsMalformed: { member_id: 'member-test-00000000-0000-4000-8000-000000002400' },
  /** The session token is malformed: 400. */
  theSessionTokenIsMalformed: { member_id: 'member-test-00000000-0000-4000-8000-000000003400' },
  /** The session JWT cannot be verified: 400. */
  theSessionJWTCannotBeVerified: { member_id: 'member-test-00000000-0000-4000-8000-000000004400' },
  /** Both session headers were sent: 400. */
  bothSessionHeadersWereSent: { member_id: 'member-test-00000000-0000-4000-8000-000000005400' },
  /** The credentials are wrong: 401. */
  theCredentialsAreWrong: { member_id: 'member-test-00000000-0000-4000-8000-000000000401' },
  /** The session's roles do not allow it: 403. */
  theSessionsRolesDoNotAllowIt: { member_id: 'member-test-00000000-0000-4000-8000-000000000403' },
  /** A session of another Organization: 403. */
  aSessionOfAnotherOrganization: { member_id: 'member-test-00000000-0000-4000-8000-000000001403' },
  /** No such Organization: 404. */
  noSuchOrganization: { member_id: 'member-test-00000000-0000-4000-8000-000000001404' },
  /** The session is unknown or has expired: 404. */
  theSessionIsUnknownOrHasExpired: { member_id: 'member-test-00000000-0000-4000-8000-000000002404' },
  /** No such Member: 404. */
  noSuchMember: { member_id: 'member-test-00000000-0000-4000-8000-000000003404' },
  /** No such route: 404. */
  noSuchRoute: { member_id: 'member-test-00000000-0000-4000-8000-000000004404' },
  /** Too many requests: 429. */
  tooManyRequests: { member_id: 'member-test-00000000-0000-4000-8000-000000000429' },
  /** The server fails: 500. */
  theServerFails: { member_id: 'member-test-00000000-0000-4000-8000-000000000500' },
  /** The list after 3 seconds: 200. */
  theListAfter3Seconds: { member_id: 'member-test-00000000-0000-4000-8000-000000d03200' },
  /** The list after 30 seconds, for timeouts: 200. */
  theListAfter30SecondsForTimeouts: { member_id: 'member-test-00000000-0000-4000-8000-000000d30200' },
  /** Too many requests twice, then the list: 429, 429, 200. */
  tooManyRequestsTwiceThenTheList: { member_id: 'member-test-00000000-0000-4000-8000-000429429200' },
  /** The server fails once, then the list: 500, 200. */
  theServerFailsOnceThenTheList: { member_id: 'member-test-00000000-0000-4000-8000-000000500200' },
  /** One app per scenario: 200. */
  oneAppPerScenario: { member_id: 'member-test-00000000-0000-4000-8000-000000a11200' },
} as const

const getOrganizationConnectedApp = {
  /** Two active Members: 200. */
  twoActiveMembers: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000000200' },
  /** No active Member: 200. */
  noActiveMember: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000001200' },
  /** The request is malformed: 400. */
  theRequestIsMalformed: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000000400' },
  /** organization_id is malformed: 400. */
  organizationIdIsMalformed: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000001400' },
  /** member_id or connected_app_id is malformed: 400. */
  memberIdOrConnectedAppIdIsMalformed: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000002400' },
  /** The session token is malformed: 400. */
  theSessionTokenIsMalformed: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000003400' },
  /** The session JWT cannot be verified: 400. */
  theSessionJWTCannotBeVerified: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000004400' },
  /** Both session headers were sent: 400. */
  bothSessionHeadersWereSent: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000005400' },
  /** The credentials are wrong: 401. */
  theCredentialsAreWrong: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000000401' },
  /** The session's roles do not allow it: 403. */
  theSessionsRolesDoNotAllowIt: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000000403' },
  /** A session of another Organization: 403. */
  aSessionOfAnotherOrganization: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000001403' },
  /** No such Organization: 404. */
  noSuchOrganization: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000001404' },
  /** The session is unknown or has expired: 404. */
  theSessionIsUnknownOrHasExpired: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000002404' },
  /** No such Connected App: 404. */
  noSuchConnectedApp: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000000404' },
  /** No such route: 404. */
  noSuchRoute: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000004404' },
  /** Too many requests: 429. */
  tooManyRequests: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000000429' },
  /** The server fails: 500. */
  theServerFails: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000000500' },
  /** The app after 3 seconds: 200. */
  theAppAfter3Seconds: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000d03200' },
  /** The app after 30 seconds, for timeouts: 200. */
  theAppAfter30SecondsForTimeouts: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000d30200' },
  /** Too many requests twice, then the app: 429, 429, 200. */
  tooManyRequestsTwiceThenTheApp: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000429429200' },
  /** The server fails once, then the app: 500, 200. */
  theServerFailsOnceThenTheApp: { connected_app_id: 'connected-app-test-00000000-0000-4000-9000-000000500200' },
} as const

/**
 * The parameter that selects each scenario of the contract, by the operation and the scenario's
 * title. On the top level a name is that of the first operation that has it.
 *
 * @example
 * client.revoke({ ...ids, ...scenarios.tooManyRequestsTwiceThenRevoked })
 */
export const scenarios = {
  ...getOrganizationConnectedApp,
  ...getMemberConnectedApps,
  ...revokeConnectedApp,
  revokeConnectedApp,
  getMemberConnectedApps,
  getOrganizationConnectedApp,
} as const
