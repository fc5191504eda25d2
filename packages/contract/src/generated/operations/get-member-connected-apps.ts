// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.
import { getMemberConnectedAppsResponseValidator } from '../response-bodies/get-member-connected-apps.ts'
import { badRequestErrorValidator, unauthorizedErrorValidator, forbiddenErrorValidator, notFoundErrorValidator, tooManyRequestsErrorValidator, internalServerErrorValidator } from '../response-bodies/shared.ts'

/** *Get Connected Apps of a Member*: what a client needs of it. */
export const getMemberConnectedApps = {
  operationId: "getMemberConnectedApps",
  method: "GET",
  path: "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps",
  clientMethod: "organizations.members.getConnectedApps",
  safety: "safe",
  pathParameters: [ "organization_id", "member_id" ],
  queryParameters: [],
  headerParameters: [ "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT" ],
  sessionHeaders: { token: "X-Stytch-Member-Session", jwt: "X-Stytch-Member-SessionJWT" },
  mediaType: "application/json",
  successStatus: 200,
  responseBodies: {
    200: getMemberConnectedAppsResponseValidator,
    400: badRequestErrorValidator,
    401: unauthorizedErrorValidator,
    403: forbiddenErrorValidator,
    404: notFoundErrorValidator,
    429: tooManyRequestsErrorValidator,
    500: internalServerErrorValidator,
  },
} as const
