// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.

/** The operationId of {@link operation}. */
export const operationId = "revokeConnectedApp" as const

/** The method of {@link operation}. */
export const method = "POST" as const

/** The path of {@link operation}. */
export const path = "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke" as const

/** The servers of {@link operation}. */
export const servers = [
  "https://api.stytch.com",
  "https://test.stytch.com"
] as const

/** The statuses of {@link operation}. */
export const statuses = [
  200,
  400,
  401,
  403,
  404,
  429,
  500
] as const

/** The mediaType of {@link operation}. */
export const mediaType = "application/json" as const

/** The parameters of {@link operation}. */
export const parameters = [
  {
    "name": "organization_id",
    "in": "path",
    "required": true,
    "errorType": "invalid_organization_id"
  },
  {
    "name": "member_id",
    "in": "path",
    "required": true,
    "errorType": "invalid_id"
  },
  {
    "name": "connected_app_id",
    "in": "path",
    "required": true,
    "errorType": "invalid_id"
  },
  {
    "name": "X-Stytch-Member-Session",
    "in": "header",
    "required": false,
    "errorType": "invalid_session_token"
  },
  {
    "name": "X-Stytch-Member-SessionJWT",
    "in": "header",
    "required": false,
    "errorType": "unable_to_parse_session_jwt"
  }
] as const

/** The responseHeaders of {@link operation}. */
export const responseHeaders = {
  "200": [],
  "400": [],
  "401": [],
  "403": [],
  "404": [],
  "429": [
    "Retry-After"
  ],
  "500": []
} as const

/** The security of {@link operation}. */
export const security = [
  {
    "name": "projectCredentials",
    "type": "http",
    "scheme": "basic"
  }
] as const

/** The one operation of the contract. */
export const operation = { operationId, method, path, servers, statuses, mediaType, parameters, responseHeaders, security } as const
