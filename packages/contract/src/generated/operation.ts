// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `pnpm generate`.

/** The one operation of the contract. */
export const operation = {
  "operationId": "revokeConnectedApp",
  "method": "POST",
  "path": "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke",
  "servers": [
    "https://api.stytch.com",
    "https://test.stytch.com"
  ],
  "statuses": [
    200,
    400,
    401,
    403,
    404,
    429,
    500
  ],
  "mediaType": "application/json",
  "parameters": [
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
  ],
  "responseHeaders": {
    "200": [],
    "400": [],
    "401": [],
    "403": [],
    "404": [],
    "429": [
      "Retry-After"
    ],
    "500": []
  },
  "security": [
    {
      "name": "projectCredentials",
      "type": "http",
      "scheme": "basic"
    }
  ]
} as const
