import type { KoaContextWithOIDC } from 'oidc-provider'
import { Provider } from 'oidc-provider'
import type { Logger } from 'pino'
import { hashOf, isOneOf } from '../hash.ts'
import { jsonType, serializeBody, unmatched } from '../operation/response.ts'
import { errorPage } from '../pages/error.ts'
import { formPostPage, formPostScript } from '../pages/form-post.ts'
import { pageHeaders, policyOf } from '../pages/headers.ts'
import type { Database } from '../postgres/database.ts'
import type { Observe } from '../server/metrics.ts'
import type { UnauthorizedCause } from '../server/cause.ts'
import { logFailure } from '../server/logger.ts'
import { currentRequest } from '../server/request-scope.ts'
import type { ProviderSettings } from './configuration.ts'
import { createConfiguration, routes } from './configuration.ts'
import type { ServerKeys } from './server-keys.ts'
import { prefixBuckets } from './token-ids.ts'

const paths = new Set([...Object.values(routes), '/.well-known/openid-configuration'])

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
  const provider = new ProviderWithOwnPages(issuer, createConfiguration(database, keys, options))
  // The forwarded headers can be trusted, since `dispatch` sets them itself, from the issuer.
  provider.proxy = true
  provider.Client.prototype.compareClientSecret = compareClientSecret
  prefixBuckets(provider)
  provider.use(async (ctx, next) => {
    const startedAt = performance.now()
    const request = currentRequest()
    const { requestId } = request
    const isPage = mayBePage(ctx)
    if (isPage) ctx.set(pageHeaders(issuer))
    try {
      await database.transactional(async () => {
        await next()
        // The token may be gone already, by a request whose commit a read replica still lacks.
        if (routeOf(ctx) === 'revocation' && ctx.status < 400) await database.confirmCommits()
        return ctx.status < 400
      })
    } catch (error) {
      // oidc-provider handles its own errors in `next`, so this is a COMMIT or ROLLBACK that failed.
      logFailure(logger, error, ctx.status < 400 ? 'commit_failed' : undefined)
      ctx.status = 500
      const code = 'server_error'
      ctx.state['error'] = code
      ctx.body = isPage ? await errorPage(code, requestId) : { error: code }
    }
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

/** Registers our page in place of oidc-provider's for the response mode `form_post`. */
class ProviderWithOwnPages extends Provider {
  override registerResponseMode(...[name, handler]: Parameters<Provider['registerResponseMode']>) {
    super.registerResponseMode(name, name === 'form_post' ? submitResponse : handler)
  }
}

async function submitResponse(
  ctx: KoaContext,
  redirectUri: string,
  fields: Record<string, unknown>,
): Promise<void> {
  const { error } = fields
  ctx.state['error'] = error
  ctx.status = error === undefined ? 200 : 400
  ctx.type = 'html'
  ctx.set('content-security-policy', policyOf({ redirectUri, script: formPostScript }))
  ctx.body = await formPostPage(redirectUri, fields)
}

/** Whether the response may be a page, as which browsers get the errors of every endpoint. */
function mayBePage(ctx: KoaContext): boolean {
  return ctx.path.startsWith(routes.authorization) || ctx.accepts('json', 'html') === 'html'
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

/** The error that a page shows, or that a form or a redirect returns to the app. */
function errorShownBy({ state, response }: KoaContext): string | undefined {
  const shown: unknown = state['error']
  if (typeof shown === 'string') return shown
  const target = URL.parse(response.get('location'))
  // Only redirects of oidc-provider have `iss`, so no client can make up outcomes.
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
