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
         *     **Permission.** `revoke.connected-app` on `stytch.member`. A Member may
         *     revoke for itself through `stytch.self` **(our decision)**.
         *
         *     **Repetition.** Revoking twice, or revoking an app that the Member
         *     never authorized, returns 200 and changes nothing, as in RFC 7009
         *     section 2.2 **(our decision)**. The operation is safe to retry.
         *
         *     **Pending consent.** A consent page opened before the revoke and
         *     approved after it grants nothing; the flow starts anew
         *     **(our decision)**.
         */
        post: operations["revokeConnectedApp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Connected Apps of a Member
         * @description Lists the Connected Apps that a Member has completed an authorization
         *     flow with. A revoked app is no longer in the list.
         *
         *     **Permission.** `get.connected-apps` on `stytch.member`. A Member may
         *     list its own through `stytch.self`.
         */
        get: operations["getMemberConnectedApps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/b2b/organizations/{organization_id}/connected_apps/{connected_app_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Connected App of an Organization
         * @description Describes a Connected App, and lists the Members of the Organization who
         *     have an active installation of it: those whom an incident affects.
         *
         *     **Permission.** `get.connected-apps` on `stytch.organization`
         *     **(our decision)**.
         */
        get: operations["getOrganizationConnectedApp"];
        put?: never;
        post?: never;
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
        /** @description The response to a revoke that is in effect. */
        RevokeConnectedAppResponse: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 200;
            request_id: components["schemas"]["RequestId"];
        };
        /** @description The Connected Apps that a Member has completed an authorization flow with. */
        GetMemberConnectedAppsResponse: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 200;
            request_id: components["schemas"]["RequestId"];
            /** @description In no particular order; empty if there is none. */
            connected_apps: components["schemas"]["MemberConnectedApp"][];
        };
        /** @description A Connected App that has access to a Member. */
        MemberConnectedApp: {
            /** @description The scopes that the Member has granted, separated by spaces. */
            scopes_granted: string;
        } & components["schemas"]["ConnectedApp"];
        /** @description A Connected App, and who in the Organization uses it. */
        GetOrganizationConnectedAppResponse: {
            /**
             * @description The HTTP status.
             * @constant
             */
            status_code: 200;
            /**
             * @description Upstream's types do not show it here, and its documentation says
             *     that every call returns it: so it is optional, and the mock and the
             *     service of this repository always send it **(our decision)**.
             */
            request_id?: components["schemas"]["RequestId"];
            /** @description In no particular order; empty if no Member uses the app. */
            active_members: components["schemas"]["ActiveMember"][];
        } & components["schemas"]["ConnectedApp"];
        /** @description A Member who has an active installation of a Connected App. */
        ActiveMember: {
            /** @description The Member's id. */
            member_id: string;
            /** @description The scopes that the Member has granted. */
            granted_scopes: string[];
        };
        /** @description What a Connected App is, to people. */
        ConnectedApp: {
            /** @description The Connected App's id. */
            connected_app_id: string;
            /** @description What people call it. */
            name: string;
            /** @description What it is for; may be empty. */
            description: string;
            /**
             * @description `first_party`, `first_party_public`, `third_party` or
             *     `third_party_public`. New values are legal **(our decision)**.
             */
            client_type: string;
            /** @description Its logo, where it has one. */
            logo_url?: string;
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
        /**
         * @description What every error carries beside its `status_code`. That all four
         *     properties are required is **our decision**: some official clients
         *     treat them as optional.
         */
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
    responses: {
        /** @description The form of the request is wrong. Nothing was changed. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["BadRequestError"];
            };
        };
        /** @description The project's credentials are missing or wrong. */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UnauthorizedError"];
            };
        };
        /** @description The session may not do this. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ForbiddenError"];
            };
        };
        /** @description The project has sent too many requests. Back off, exponentially if `Retry-After` is absent. */
        TooManyRequests: {
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
        /** @description The server failed. Whether a change was made is unknown; repeat the request. */
        InternalServerError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InternalServerError"];
            };
        };
    };
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
         *     empty object, or the path parameters once more; all are accepted
         *     **(our decision)**: upstream declares the body as required.
         */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RevokeConnectedAppRequest"];
            };
        };
        responses: {
            /** @description The Connected App no longer has access to the Member. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokeConnectedAppResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Something that the request names does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotFoundError"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    getMemberConnectedApps: {
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
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The Connected Apps that have access to the Member. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetMemberConnectedAppsResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Something that the request names does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotFoundError"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    getOrganizationConnectedApp: {
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
                 * @description The Connected App's id.
                 * @example connected-app-test-d731954d-dab3-4a2b-bdee-07f3ad1be888
                 */
                connected_app_id: components["parameters"]["ConnectedAppId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The Connected App, and the Members who use it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetOrganizationConnectedAppResponse"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Something that the request names does not exist. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotFoundError"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
}
