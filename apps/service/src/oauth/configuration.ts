import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { errors, interactionPolicy } from 'oidc-provider'
import { errorPage } from '../pages/error.ts'
import type { Database } from '../postgres/database.ts'
import { currentRequest } from '../server/request-scope.ts'
import { createAdapter } from './adapter.ts'
import { findMember, findSignedInMember } from './members.ts'
import type { ServerKeys } from './server-keys.ts'

export const routes = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  jwks: '/oauth2/jwks',
  userinfo: '/oauth2/userinfo',
}

/** The scopes that a Connected App may request. */
const supportedScopes = ['openid', 'profile']

/** The supported ones of the scopes in a `scope` parameter. */
export function knownScopesIn(scope: unknown): string[] {
  const requested = typeof scope === 'string' ? scope.split(' ') : []
  return supportedScopes.filter((supported) => requested.includes(supported))
}

/** Lifetimes in seconds, the same as upstream's where upstream documents them. */
export const lifetimes = {
  AccessToken: 60 * 60,
  AuthorizationCode: 60,
  IdToken: 60 * 60,
  Interaction: 60 * 60,
  RefreshToken: 90 * 24 * 60 * 60,
  Session: 14 * 24 * 60 * 60,
}

export interface ProviderSettings {
  /** How long a public client may repeat a refresh. 0: not at all. */
  refreshReuseSeconds: number
}

/** The configuration of oidc-provider. */
export function createConfiguration(
  database: Database,
  keys: ServerKeys[],
  { refreshReuseSeconds }: ProviderSettings,
): Configuration {
  return {
    adapter: createAdapter(database, refreshReuseSeconds),
    // The first key of each list signs, and all of them verify. A key has no `kid`, so oidc-provider
    // makes it the key's thumbprint (RFC 7638).
    jwks: { keys: keys.map(({ signing }) => signing) },
    cookies: { keys: keys.map(({ cookie }) => cookie) },
    routes,
    ttl: lifetimes,
    scopes: supportedScopes,
    // Without this check, oidc-provider would find only after the login page that there is nothing to grant.
    extraParams: {
      scope(_, scope) {
        if (knownScopesIn(scope).length === 0) {
          const description = `scope must have one of: ${supportedScopes.join(' ')}`
          throw new errors.CustomOIDCProviderError('invalid_scope', description)
        }
      },
    },
    // The login page shows it.
    extraClientMetadata: { properties: ['project_id'] },
    claims: { openid: ['sub'], profile: ['name'] },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    pkce: { required: () => true },
    // OpenID Connect requires `redirect_uri`. If it could be omitted, an app's requests would start to
    // fail when a second URI is registered for it.
    allowOmittingSingleRegisteredRedirectUri: false,
    // A token ends with its grant, not with the browser's session.
    expiresWithSession: () => false,
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: (ctx) => ctx.oidc.client?.clientAuthMethod === 'none',
    revokeGrantPolicy: endsGrant,
    interactions: {
      url: (_, { uid }) => `/interaction/${uid}`,
      policy: createLoginPolicy(database),
    },
    features: {
      devInteractions: { enabled: false },
      // Requests never get here (see `introspectBefore`), but discovery names the endpoint.
      introspection: {
        enabled: true,
        allowedPolicy: (_, client, token) => token.clientId === client.clientId,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_, client, token) => token.clientId === client.clientId,
      },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      rpInitiatedLogout: { enabled: false },
    },
    async findAccount(_, memberId, token) {
      const member = await findMember(
        database,
        memberId,
        token && 'grantId' in token ? token.grantId : undefined,
      )
      return (
        member && {
          accountId: memberId,
          claims: () => ({ sub: memberId, name: member.name }),
        }
      )
    },
    async renderError(ctx, { error: code }, error) {
      ctx.state['error'] = code
      ctx.type = 'html'
      ctx.body = await errorPage(pageErrorOf(error, code), currentRequest().requestId, code)
    },
  }
}

/** Which error a page explains. oidc-provider has the same code for an invalid request and an expired flow. */
export function pageErrorOf(error: Error, code: string): string {
  return error instanceof errors.SessionNotFound ? 'expired' : code
}

/**
 * Whether oidc-provider also ends the grant when it invalidates a token. It does so for a replayed
 * token, and for a refresh token that is revoked (RFC 7009), but not for an access token that is.
 */
function endsGrant({ oidc }: KoaContextWithOIDC): boolean {
  if (oidc.route === 'revocation') return oidc.entities.AccessToken === undefined
  return oidc.route === 'token'
}

/**
 * When a browser has to sign in: for oidc-provider's own reasons, and also if the Member that it is
 * signed in as has no active session any more, or belongs to another project than the requesting
 * client's.
 */
function createLoginPolicy(database: Database): interactionPolicy.DefaultPolicy {
  const { Check, base } = interactionPolicy
  const policy = base()
  const isSignedOut = new Check(
    'no_active_session',
    'The Member has no active session',
    'login_required',
    async ({ oidc: { session, client } }) => {
      // If nobody is signed in, oidc-provider's own check applies.
      if (session?.accountId === undefined || client === undefined) return false
      const member = await findSignedInMember(database, session.accountId, client.clientId)
      return member === undefined
    },
  )
  policy.get('login')?.checks.add(isSignedOut)
  return policy
}
