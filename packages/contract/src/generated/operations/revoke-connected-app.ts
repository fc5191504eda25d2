// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.
import { revokeConnectedAppResponseValidator } from '../response-bodies/revoke-connected-app.ts'
import { badRequestErrorValidator, unauthorizedErrorValidator, forbiddenErrorValidator, notFoundErrorValidator, tooManyRequestsErrorValidator, internalServerErrorValidator } from '../response-bodies/shared.ts'

/** *Revoke Connected App*: what a client needs of it. */
export const revokeConnectedApp = {
  operationId: "revokeConnectedApp",
  method: "POST",
  path: "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke",
  clientMethod: "organizations.members.connectedApps.revoke",
  safety: "idempotent",
  pathParameters: [ "organization_id", "member_id", "connected_app_id" ],
  queryParameters: [],
  headerParameters: [ "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT" ],
  sessionHeaders: { token: "X-Stytch-Member-Session", jwt: "X-Stytch-Member-SessionJWT" },
  requestBody: { mediaType: "application/json", properties: [] },
  mediaType: "application/json",
  successStatus: 200,
  responseBodies: {
    200: revokeConnectedAppResponseValidator,
    400: badRequestErrorValidator,
    401: unauthorizedErrorValidator,
    403: forbiddenErrorValidator,
    404: notFoundErrorValidator,
    429: tooManyRequestsErrorValidator,
    500: internalServerErrorValidator,
  },
} as const
