// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.

/** Each named example of a response body, by status and name. */
export const responseExamples = {
  "200": {
    "revoked": {
      "status_code": 200,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141"
    }
  },
  "400": {
    "bad_request": {
      "status_code": 400,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "bad_request",
      "error_message": "The request is malformed. Send no body, or a JSON object as application/json.",
      "error_url": "https://stytch.com/docs/api/errors/400"
    },
    "invalid_organization_id": {
      "status_code": 400,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "invalid_organization_id",
      "error_message": "organization_id format is invalid.",
      "error_url": "https://stytch.com/docs/api/errors/400"
    },
    "invalid_id": {
      "status_code": 400,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "invalid_id",
      "error_message": "member_id or connected_app_id format is invalid.",
      "error_url": "https://stytch.com/docs/api/errors/400"
    },
    "invalid_session_token": {
      "status_code": 400,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "invalid_session_token",
      "error_message": "Session token format is invalid.",
      "error_url": "https://stytch.com/docs/api/errors/400"
    },
    "unable_to_parse_session_jwt": {
      "status_code": 400,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "unable_to_parse_session_jwt",
      "error_message": "The session JWT could not be read and verified.",
      "error_url": "https://stytch.com/docs/api/errors/400"
    },
    "too_many_session_arguments": {
      "status_code": 400,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "too_many_session_arguments",
      "error_message": "Send a session token or a session JWT, not both.",
      "error_url": "https://stytch.com/docs/api/errors/400"
    }
  },
  "401": {
    "unauthorized_credentials": {
      "status_code": 401,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "unauthorized_credentials",
      "error_message": "Unauthorized credentials.",
      "error_url": "https://stytch.com/docs/api/errors/401"
    }
  },
  "403": {
    "session_authorization_error": {
      "status_code": 403,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "session_authorization_error",
      "error_message": "The Member is not authorized to perform the requested action on that resource.",
      "error_url": "https://stytch.com/docs/b2b/api/errors/403#session_authorization_error"
    },
    "session_authorization_tenancy_error": {
      "status_code": 403,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "session_authorization_tenancy_error",
      "error_message": "OrganizationID in AuthorizationCheck request does not match session's Organization ID",
      "error_url": "https://stytch.com/docs/b2b/api/errors/403#session_authorization_tenancy_error"
    }
  },
  "404": {
    "organization_not_found": {
      "status_code": 404,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "organization_not_found",
      "error_message": "The Organization requested could not be found.",
      "error_url": "https://stytch.com/docs/api/errors/404"
    },
    "session_not_found": {
      "status_code": 404,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "session_not_found",
      "error_message": "Session could not be found.",
      "error_url": "https://stytch.com/docs/api/errors/404"
    },
    "member_not_found": {
      "status_code": 404,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "member_not_found",
      "error_message": "The Member requested could not be found.",
      "error_url": "https://stytch.com/docs/api/errors/404"
    },
    "connected_app_not_found": {
      "status_code": 404,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "connected_app_not_found",
      "error_message": "The Connected App requested could not be found.",
      "error_url": "https://stytch.com/docs/api/errors/404"
    },
    "route_not_found": {
      "status_code": 404,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "route_not_found",
      "error_message": "No operation answers this method and path.",
      "error_url": "https://stytch.com/docs/api/errors/404"
    }
  },
  "429": {
    "too_many_requests": {
      "status_code": 429,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "too_many_requests",
      "error_message": "Too many requests have been made.",
      "error_url": "https://stytch.com/docs/api/errors/429"
    }
  },
  "500": {
    "internal_server_error": {
      "status_code": 500,
      "request_id": "request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141",
      "error_type": "internal_server_error",
      "error_message": "Oops, something seems to have gone wrong, please reach out to support@stytch.com to let us know what went wrong.",
      "error_url": "https://stytch.com/docs/api/errors/500"
    }
  }
} as const

/** The example of each response header, by status and name. */
export const responseHeaderExamples = {
  "200": {},
  "400": {},
  "401": {},
  "403": {},
  "404": {},
  "429": {
    "Retry-After": 1
  },
  "500": {}
} as const

/** Each named example of a request body, by name. */
export const requestBodyExamples = {
  "empty": {}
} as const

/** The example of each path parameter, by name. */
export const pathParameterExamples = {
  "organization_id": "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931",
  "member_id": "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f",
  "connected_app_id": "connected-app-test-d731954d-dab3-4a2b-bdee-07f3ad1be888"
} as const

/** The example of each header parameter, by name. */
export const headerParameterExamples = {
  "X-Stytch-Member-Session": "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q",
  "X-Stytch-Member-SessionJWT": "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"
} as const
