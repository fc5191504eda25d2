import * as fc from 'fast-check'
import { hostile } from './bad-requests.ts'
import { basic } from './operations.ts'
import type { Tenant } from './tenant.ts'
import { redirectUri } from './tenant.ts'

/** A request to an OAuth endpoint, whose fields go into the query or into a form. */
export interface OAuthRequestParts {
  method: 'GET' | 'POST'
  path: string
  fields: Record<string, string>
  authorization: string | undefined
}

const paths = ['authorize', 'token', 'introspect', 'revoke', 'userinfo', 'jwks', 'logout']

const optional = ['state', 'nonce', 'prompt', 'login_hint', 'id_token_hint', 'token_type_hint']

/** Valid values of the fields that the endpoints read. */
export function validFields(tenant: Tenant): Record<string, string> {
  return {
    client_id: tenant.publicAppId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    grant_type: 'refresh_token',
    refresh_token: 'unknown',
    token: 'unknown',
  }
}

/** Requests that are valid except for one to three hostile fields, or hostile credentials. */
export function badOAuthRequests(tenant: Tenant): fc.Arbitrary<OAuthRequestParts> {
  const valid = validFields(tenant)
  const name = fc.constantFrom(...Object.keys(valid), ...optional)
  return fc
    .record({
      method: fc.constantFrom('GET', 'POST'),
      path: fc.constantFrom(...paths).map((each) => `/oauth2/${each}`),
      changes: fc.array(fc.tuple(name, hostile), { minLength: 1, maxLength: 3 }),
      authorization: fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        fc.tuple(hostile, hostile).map(([user, word]) => basic(encode(user), encode(word))),
        hostile.map((word) => basic(tenant.confidentialAppId, encode(word))),
        hostile.map((token) => `Bearer ${encode(token)}`),
      ),
    })
    .map(({ changes, ...parts }) => ({
      ...parts,
      fields: { ...valid, ...Object.fromEntries(changes) },
    }))
}

/** Encodes an id or secret for HTTP Basic (RFC 6749, section 2.3.1). */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
