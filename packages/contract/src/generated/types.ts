// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.
export interface paths {
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke Connected App
         * @description Ends a Connected App's access to a Member and revokes every active
         *     token that was issued on the Member's behalf. No new token can be
         *     issued until the Member completes a new authorization flow with that
         *     Connected App.
         *
         *     **Authorization.** The project's credentials are always required.
         *     Without a session header there is no further check. With one, the
         *     session's roles must allow `revoke.connected-app` on `stytch.member`,
         *     and the session's Organization must be the one in the path. A Member
         *     may revoke for itself through `stytch.self` **(our decision)**.
         *
         *     **Identifiers.** A path segment is matched against ids first, then
         *     against the slug, then against the external id **(our decision)**. The
         *     segments `.` and `..` are refused with 400, since HTTP software
         *     removes them from a path **(our decision)**.
         *
         *     **Repetition.** Revoking twice, or revoking an app that the Member
         *     never authorized, answers 200 and changes nothing, as in RFC 7009
         *     section 2.2 **(our decision)**. The operation is safe to retry.
         *
         *     **Pending consent.** A consent page opened before the revoke and
         *     approved after it grants nothing; the flow starts anew
         *     **(our decision)**.
         *
         *     **Order of checks (our decision).** Credentials (401), rate limit
         *     (429), form of the request (400), Organization (404), session, unknown
         *     or expired (404), session's Organization (403), session's roles (403),
         *     Member (404), Connected App (404), then the revoke.
         */
        post: operations["revokeConnectedApp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Any JSON object. The schema is open because official clients send different properties. */
        RevokeConnectedAppRequest: {
            [key: string]: unknown;
        };
        /** @description The answer to a revoke that is in effect. */
        RevokeConnectedAppResponse: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 200;
            request_id: components["schemas"]["RequestId"];
        };
        /**
         * @description The form of the request is wrong. Known `error_type` values:
         *
         *     - `bad_request`
         *     - `invalid_organization_id`
         *     - `invalid_id`
         *     - `invalid_session_token`
         *     - `unable_to_parse_session_jwt`
         *     - `too_many_session_arguments`
         */
        BadRequestError: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 400;
        } & components["schemas"]["ErrorEnvelope"];
        /**
         * @description The project's credentials are missing or wrong. Known `error_type` values:
         *
         *     - `unauthorized_credentials`
         */
        UnauthorizedError: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 401;
        } & components["schemas"]["ErrorEnvelope"];
        /**
         * @description The session may not do this. Known `error_type` values:
         *
         *     - `session_authorization_error`
         *     - `session_authorization_tenancy_error`
         */
        ForbiddenError: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 403;
        } & components["schemas"]["ErrorEnvelope"];
        /**
         * @description Something that the request names does not exist. Known `error_type` values:
         *
         *     - `organization_not_found`
         *     - `session_not_found`
         *     - `member_not_found`
         *     - `connected_app_not_found`
         *     - `route_not_found`
         */
        NotFoundError: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 404;
        } & components["schemas"]["ErrorEnvelope"];
        /**
         * @description The project has sent too many requests. Known `error_type` values:
         *
         *     - `too_many_requests`
         */
        TooManyRequestsError: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 429;
        } & components["schemas"]["ErrorEnvelope"];
        /**
         * @description The server failed. Known `error_type` values:
         *
         *     - `internal_server_error`
         */
        InternalServerError: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 500;
        } & components["schemas"]["ErrorEnvelope"];
        /** @description What every error carries beside its `status_code`. */
        ErrorEnvelope: {
            request_id: components["schemas"]["RequestId"];
            /** @description What is wrong, for programs. Values that this contract does not list are legal. */
            error_type: string;
            /** @description What is wrong, for people. */
            error_message: string;
            /** @description Where the error is documented. Its form varies; never compare it. */
            error_url: string;
            /** @description More about the error, in a form that depends on the `error_type`. */
            error_details?: unknown;
        };
        /** @description Names this request. Log it; support asks for it. */
        RequestId: string;
    };
    responses: never;
    parameters: {
        /**
         * @description The Organization's id, slug or external id.
         * @example organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931
         */
        OrganizationId: string;
        /**
         * @description The Member's id, or the external id where one is set.
         * @example member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f
         */
        MemberId: string;
        /**
         * @description The Connected App's id.
         * @example connected-app-test-d731954d-dab3-4a2b-bdee-07f3ad1be888
         */
        ConnectedAppId: string;
        /**
         * @description A Member's session, as its secret token. At most one of the two session headers may be sent.
         * @example mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q
         */
        MemberSession: string;
        /**
         * @description A Member's session, as a JWT in the compact serialization of RFC 7515 section 3.1.
         * @example eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl
         */
        MemberSessionJwt: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    revokeConnectedApp: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description A Member's session, as its secret token. At most one of the two session headers may be sent.
                 * @example mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q
                 */
                "X-Stytch-Member-Session"?: components["parameters"]["MemberSession"];
                /**
                 * @description A Member's session, as a JWT in the compact serialization of RFC 7515 section 3.1.
                 * @example eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl
                 */
                "X-Stytch-Member-SessionJWT"?: components["parameters"]["MemberSessionJwt"];
            };
            path: {
                /**
                 * @description The Organization's id, slug or external id.
                 * @example organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931
                 */
                organization_id: components["parameters"]["OrganizationId"];
                /**
                 * @description The Member's id, or the external id where one is set.
                 * @example member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f
                 */
                member_id: components["parameters"]["MemberId"];
                /**
                 * @description The Connected App's id.
                 * @example connected-app-test-d731954d-dab3-4a2b-bdee-07f3ad1be888
                 */
                connected_app_id: components["parameters"]["ConnectedAppId"];
            };
            cookie?: never;
        };
        /**
         * @description Nothing in the body changes the outcome. Clients send no body, an
         *     empty object, or the path parameters once more; all are accepted.
         */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RevokeConnectedAppRequest"];
            };
        };
        responses: {
            /** @description The Connected App has no access to the Member any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokeConnectedAppResponse"];
                };
            };
            /** @description The form of the request is wrong. Nothing was changed. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BadRequestError"];
                };
            };
            /** @description The project's credentials are missing or wrong. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnauthorizedError"];
                };
            };
            /** @description The session may not revoke this Connected App for this Member. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForbiddenError"];
                };
            };
            /** @description Something that the request names does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotFoundError"];
                };
            };
            /** @description The project has sent too many requests. Back off, exponentially if `Retry-After` is absent. */
            429: {
                headers: {
                    /**
                     * @description Seconds to wait before the next attempt, RFC 9110 section
                     *     10.2.3. Upstream documents no such header, so it is optional;
                     *     the mock and the service of this repository always send it
                     *     **(our decision)**.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TooManyRequestsError"];
                };
            };
            /** @description The server failed. Whether the access was revoked is unknown; repeat the request. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InternalServerError"];
                };
            };
        };
    };
}
