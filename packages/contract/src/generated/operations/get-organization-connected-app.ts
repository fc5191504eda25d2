// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.
import { getOrganizationConnectedAppResponseValidator } from '../response-bodies/get-organization-connected-app.ts'
import { badRequestErrorValidator, unauthorizedErrorValidator, forbiddenErrorValidator, notFoundErrorValidator, tooManyRequestsErrorValidator, internalServerErrorValidator } from '../response-bodies/shared.ts'

/** *Get Connected App of an Organization*: what a client needs of it. */
export const getOrganizationConnectedApp = {
  operationId: "getOrganizationConnectedApp",
  method: "GET",
  path: "/v1/b2b/organizations/{organization_id}/connected_apps/{connected_app_id}",
  clientMethod: "organizations.getConnectedApp",
  safety: "safe",
  pathParameters: [ "organization_id", "connected_app_id" ],
  queryParameters: [],
  headerParameters: [ "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT" ],
  sessionHeaders: { token: "X-Stytch-Member-Session", jwt: "X-Stytch-Member-SessionJWT" },
  mediaType: "application/json",
  successStatus: 200,
  responseBodies: {
    200: getOrganizationConnectedAppResponseValidator,
    400: badRequestErrorValidator,
    401: unauthorizedErrorValidator,
    403: forbiddenErrorValidator,
    404: notFoundErrorValidator,
    429: tooManyRequestsErrorValidator,
    500: internalServerErrorValidator,
  },
} as const
