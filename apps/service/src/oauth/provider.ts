import type { KoaContextWithOIDC } from 'oidc-provider'
import { Provider } from 'oidc-provider'
import type { Logger } from 'pino'
import { hashOf, isOneOf } from '../hash.ts'
import { jsonType, serializeBody, unmatched } from '../operation/response.ts'
import type { Database } from '../postgres/database.ts'
import type { Observe } from '../server/metrics.ts'
import type { UnauthorizedCause } from '../server/cause.ts'
import { logFailure } from '../server/logger.ts'
import { currentRequest } from '../server/request-scope.ts'
import type { ProviderSettings } from './configuration.ts'
import { createConfiguration, routes } from './configuration.ts'
import { allowForm, pageHeaders } from '../pages/headers.ts'
import type { ServerKeys } from './server-keys.ts'

const paths = new Set([
  ...Object.values(routes),
  // A browser is sent here when another Member signs in with it.
  `${routes.end_session}/confirm`,
  '/.well-known/openid-configuration',
])

/** Whether a path is an OAuth endpoint, their discovery, or where a flow resumes after a page. */
export function isOAuthPath(target: string): boolean {
  const [path = ''] = target.split('?', 1)
  return paths.has(path) || path.startsWith(`${routes.authorization}/`)
}

export interface OAuthOptions extends ProviderSettings {
  database: Database
  issuer: string
  /** Of these, the first signs, and all verify. */
  keys: ServerKeys[]
  observe: Observe
  logger: Logger
}

/** Creates the OAuth 2.0 and OpenID Connect server. */
export function createProvider(options: OAuthOptions): Provider {
  const { database, issuer, keys, observe, logger } = options
  const provider = new Provider(issuer, createConfiguration(database, keys, options))
  // The forwarded headers can be trusted, since `dispatch` sets them itself, from the issuer.
  provider.proxy = true
  provider.Client.prototype.compareClientSecret = compareClientSecret
  provider.use(async (ctx, next) => {
    const startedAt = performance.now()
    const request = currentRequest()
    const { requestId } = request
    const isPage = mayBePage(ctx)
    if (isPage) ctx.set(pageHeaders(issuer))
    try {
      await database.transactional(async () => {
        await next()
        return ctx.status < 400
      })
    } catch (error) {
      // oidc-provider handles its own errors in `next`, so this is a COMMIT or ROLLBACK that failed.
      logFailure(logger, error, ctx.status < 400 ? 'commit_failed' : undefined)
      ctx.status = 500
      ctx.body = { error: 'server_error' }
    }
    if (isPage) allowFormOf(ctx)
    const isUnhandled = ctx.status === 404 && ctx.body === undefined
    if (isUnhandled) respondNotFound(ctx, requestId)
    const error = errorIn(ctx.body)
    // The body of an error has it as well, since clients show it and people quote it.
    if (error !== undefined) ctx.body = { ...(ctx.body as object), request_id: requestId } // safe: has an error
    ctx.set('X-Request-Id', requestId)
    if (ctx.status === 401) request.cause = unauthorizedCauseOf(ctx, error)
    observe({
      requestId,
      route: routeOf(ctx),
      status: ctx.status,
      outcome: isUnhandled ? unmatched.outcome : (error ?? errorShownBy(ctx) ?? 'ok'),
      durationMs: performance.now() - startedAt,
    })
  })
  provider.on('server_error', (_, error) => logFailure(logger, error))
  return provider
}

/** Whether the response may be a page. To a browser, every endpoint shows its errors as a page. */
function mayBePage(ctx: KoaContext): boolean {
  const isVisited = [routes.authorization, routes.end_session].some((path) =>
    ctx.path.startsWith(path),
  )
  return isVisited || ctx.accepts('json', 'html') === 'html'
}

/** Allows the form that a page of oidc-provider may consist of. */
function allowFormOf(ctx: KoaContext): void {
  const { oidc } = ctx as Partial<KoaContextWithOIDC> // only set once a route has matched
  // An interaction exists only after the check.
  const checked = oidc?.redirectUriCheckPerformed ? oidc.params : oidc?.entities.Interaction?.params
  const redirectUri = checked?.['redirect_uri']
  if (typeof redirectUri !== 'string') return
  const name = 'content-security-policy'
  ctx.set(name, allowForm(redirectUri, ctx.response.get(name)))
}

/** oidc-provider's name of the endpoint, once it has matched the route. */
function routeOf(context: object): string {
  const { oidc } = context as Partial<KoaContextWithOIDC> // only set once a route has matched
  return oidc?.route ?? 'unknown'
}

/** Why an OAuth request is not authorized, which oidc-provider does not report. */
function unauthorizedCauseOf(context: object, error: string | undefined): UnauthorizedCause {
  if (error !== 'invalid_client') return 'invalid_token'
  const { headers, oidc } = context as KoaContextWithOIDC // only a route of oidc-provider has this error
  if (oidc.client === undefined) return 'unknown_client'
  const hasSecret = headers.authorization !== undefined || oidc.params?.['client_secret']
  return hasSecret ? 'wrong_secret' : 'no_credentials'
}

/** The context of a request that may match no route of oidc-provider. */
type KoaContext = Parameters<Parameters<Provider['use']>[0]>[0]

/** Responds to what oidc-provider does not handle: another method, or a flow that doesn't exist. */
function respondNotFound(ctx: KoaContext, requestId: string): void {
  ctx.status = unmatched.status
  ctx.type = jsonType
  ctx.body = serializeBody(unmatched, requestId)
}

/** The error that a page shows to a person, or that a redirect takes back to the app. */
function errorShownBy({ state, response }: KoaContext): string | undefined {
  const shown: unknown = state['error']
  if (typeof shown === 'string') return shown
  const target = URL.parse(response.get('location'))
  // Only what oidc-provider itself writes there, so that nobody can invent outcomes.
  return target?.searchParams.has('iss')
    ? (target.searchParams.get('error') ?? undefined)
    : undefined
}

function errorIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined
  return typeof body.error === 'string' ? body.error : undefined
}

/** Compares a secret with a client whose `client_secret` is one or two hashes, in hexadecimal. */
function compareClientSecret(this: { clientSecret?: string }, actual: string): boolean {
  const accepted = (this.clientSecret ?? '').split(',').map((each) => Buffer.from(each, 'hex'))
  return isOneOf(accepted, hashOf(actual))
}
