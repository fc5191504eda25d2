import { operation } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { Provider } from 'oidc-provider'
import { hashOf, isSameHash } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import type { Observe } from '../observation.ts'
import type { Answer } from '../operation/response.ts'
import { bodyOf, newRequestId } from '../operation/response.ts'
import { findMember } from './members.ts'
import { createAdapter } from './adapter.ts'
import { errorPage } from './pages.ts'
import type { ServerKeys } from './server-keys.ts'
import { signInPolicy } from './configuration.ts'
import { timeToLive } from './time-to-live.ts'

const routes = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  jwks: '/oauth2/jwks',
  userinfo: '/oauth2/userinfo',
  end_session: '/oauth2/logout',
}

const paths = new Set([
  ...Object.values(routes),
  // Where a browser goes when another Member signs in.
  `${routes.end_session}/confirm`,
  '/.well-known/openid-configuration',
])

/** Whether a request is for an OAuth endpoint, for their discovery, or goes on after a page. */
export function isOAuthPath(target: string): boolean {
  const [path = ''] = target.split('?', 1)
  return paths.has(path) || path.startsWith(`${routes.authorization}/`)
}

/** The scopes that a Connected App may ask for. */
export const offeredScopes = ['openid', 'profile']

export interface OAuthOptions {
  database: Database
  issuer: string
  keys: ServerKeys
  observe: Observe
  onError: (error: Error) => void
}

/** The OAuth 2.0 and OpenID Connect server, as far as this service offers it. */
export function createProvider(options: OAuthOptions): Provider {
  const { database, issuer, keys, observe, onError } = options
  const provider = new Provider(issuer, configure(database, keys))
  // The front (dispatch.ts) sets the forwarded headers itself, from the issuer.
  provider.proxy = true
  provider.Client.prototype.compareClientSecret = compareClientSecret
  provider.use(async (ctx, next) => {
    const startedAt = performance.now()
    const requestId = newRequestId(undefined)
    try {
      await database.transactional(async () => {
        await next()
        return ctx.status < 400
      })
    } catch (error) {
      // What fails in `next` is answered there; this is a commit that failed.
      onError(error instanceof Error ? error : new Error('not an error', { cause: error }))
      ctx.status = 500
      ctx.body = { error: 'server_error' }
    }
    const isNoRoute = ctx.status === 404 && ctx.body === undefined
    if (isNoRoute) answerNoRoute(ctx, requestId)
    observe({
      requestId,
      route: routeOf(ctx),
      status: ctx.status,
      answer: isNoRoute ? noRoute.name : (errorIn(ctx.body) ?? 'ok'),
      durationMs: performance.now() - startedAt,
    })
  })
  provider.on('server_error', (_, error) => onError(error))
  return provider
}

function configure(database: Database, keys: ServerKeys): Configuration {
  return {
    adapter: createAdapter(database),
    jwks: { keys: [keys.signing] },
    cookies: { keys: keys.cookies },
    routes,
    ttl: timeToLive,
    scopes: offeredScopes,
    claims: { openid: ['sub'], profile: ['name'] },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    pkce: { required: () => true },
    // A token ends with its grant, not with the browser's session.
    expiresWithSession: () => false,
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: (ctx) => ctx.oidc.client?.clientAuthMethod === 'none',
    revokeGrantPolicy: isEndOfGrant,
    interactions: {
      url: (_, { uid }) => `/interaction/${uid}`,
      policy: signInPolicy(database),
    },
    features: {
      devInteractions: { enabled: false },
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
    async findAccount(_, memberId) {
      const member = await findMember(database, memberId)
      return (
        member && {
          accountId: memberId,
          claims: () => ({ sub: memberId, name: member.name }),
        }
      )
    },
    async renderError(ctx, { error, error_description: description }) {
      ctx.type = 'html'
      ctx.body = (await errorPage(error, description)).toString()
    },
  }
}

/**
 * A replay ends its grant, and so does a refresh token that is given back. An access token that is
 * given back does not, nor does a Member who makes way for another one in the same browser.
 */
function isEndOfGrant({ oidc }: KoaContextWithOIDC): boolean {
  if (oidc.route === 'revocation') return oidc.entities.AccessToken === undefined
  return oidc.route === 'token'
}

/** The name that oidc-provider has for the endpoint, once it has found it. */
function routeOf(context: object): string {
  const { oidc } = context as Partial<KoaContextWithOIDC> // set by the provider, not for other paths
  return oidc?.route ?? 'unknown'
}

/** Of a request for which oidc-provider may have no route. */
type KoaContext = Parameters<Parameters<Provider['use']>[0]>[0]

const noRoute: Answer = { name: 'route_not_found' }

/** What oidc-provider leaves unanswered is no route: another method, or nothing to go on with. */
function answerNoRoute(ctx: KoaContext, requestId: string): void {
  ctx.status = statusOf(noRoute.name)
  ctx.type = operation.mediaType
  ctx.body = JSON.stringify(bodyOf(noRoute, requestId))
}

function errorIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined
  return typeof body.error === 'string' ? body.error : undefined
}

/** The stored secret is a hash in hexadecimal (clients.ts). */
function compareClientSecret(this: { clientSecret?: string }, actual: string): boolean {
  return isSameHash(Buffer.from(this.clientSecret ?? '', 'hex'), hashOf(actual))
}
