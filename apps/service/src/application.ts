import type { Operation } from '@connected-apps/contract'
import { parseBasicCredentials } from '@connected-apps/contract'
import { allOperations, matchOperation } from '@connected-apps/contract/operations'
import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import type Provider from 'oidc-provider'
import { interactionPages } from './oauth/interactions.ts'
import { createOperationEndpoint } from './operation/endpoint.ts'
import type { RateLimitOptions } from './operation/rate-limit.ts'
import type { ContractResponse } from './operation/response.ts'
import { errorOf, newRequestId, toHttpResponse, unmatched } from './operation/response.ts'
import { sessionJwksRoute } from './operation/session-jwks.ts'
import { frontPage } from './pages/front.ts'
import { pageHeaders } from './pages/headers.ts'
import type { Database } from './postgres/database.ts'
import { logFailure } from './server/logger.ts'
import type { Observe } from './server/metrics.ts'
import { currentRequest } from './server/request-scope.ts'

export interface ApplicationOptions {
  database: Database
  rateLimit: RateLimitOptions
  /** The provider with the current keys. */
  provider: () => Provider
  /** Scheme, host and port under which browsers reach the service. */
  origin: string
  logger: Logger
  observe: Observe
  /** Health and metrics, unless they have a port of their own. */
  health: Hono | undefined
  routes: Record<string, (origin: string) => Hono>
  /** What is shown at `/`, as HTML. Default: what the service is. */
  frontPage: ((origin: string) => string | Promise<string>) | undefined
}

/** Everything that is served except OAuth: the operations, pages, key sets, health, metrics. */
export function createApplication(options: ApplicationOptions) {
  const { database, logger, observe, provider, origin } = options
  const app = new Hono<{ Bindings: Partial<HttpBindings> }>()
  const respond = createOperationEndpoint(database, options.rateLimit)
  const withPageHeaders: MiddlewareHandler = async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(pageHeaders(origin))) {
      // A page with a form has a policy of its own.
      if (!c.res.headers.has(name)) c.header(name, value)
    }
  }

  if (options.health !== undefined) app.route('/', options.health)
  const outcomeOf = ({ res }: Context): string => (res.status === 200 ? 'ok' : 'failed')
  app.use('/v1/b2b/sessions/jwks/*', observeRoute('session-jwks', outcomeOf))
  app.route('/v1/b2b/sessions/jwks', sessionJwksRoute(database))
  app.use(
    '/interaction/*',
    observeRoute('interaction', ({ req, res }) => {
      if (res.status >= 400) return 'failed'
      return req.method === 'POST' ? 'submitted' : 'shown'
    }),
    withPageHeaders,
  )
  app.route('/interaction', interactionPages(provider, database, origin, logger))
  app.use('/', observeRoute('front-page', outcomeOf), withPageHeaders)
  app.get('/', (c, next) =>
    // A path that only becomes `/` without its dot segments is unknown, like any other.
    targetOf(c).path === '/' ? c.html((options.frontPage ?? frontPage)(origin)) : next(),
  )
  app.use(
    '/favicon.ico',
    observeRoute('favicon', () => 'ok'),
  )
  // Browsers request it by themselves.
  app.get('/favicon.ico', (c) => c.body(null, 204, { 'cache-control': 'max-age=86400' }))

  for (const [path, create] of Object.entries(options.routes)) {
    app.use(`${path}/*`, withPageHeaders)
    app.route(path, create(origin))
  }

  app.all('*', async (c) => {
    const startedAt = performance.now()
    const credentials = parseBasicCredentials(c.req.header('authorization'))
    const requestId = newRequestId(credentials?.projectId)
    currentRequest().requestId = requestId
    const { path, query } = targetOf(c)
    const match = matchOperation(c.req.method, path)
    let response: ContractResponse = unmatched
    if (match !== undefined) {
      try {
        response = await respond({ ...match, request: c.req.raw, query, credentials, requestId })
      } catch (error) {
        response = fail(error, match.operation)
      }
    }
    observe({
      requestId,
      route: match?.operation.operationId ?? 'unknown',
      status: response.status,
      outcome: response.outcome,
      durationMs: performance.now() - startedAt,
    })
    return toHttpResponse(response, requestId)
  })

  app.onError((error) => {
    const { requestId } = currentRequest()
    return toHttpResponse(fail(error), requestId)
  })

  /** Observes the responses of a route that is not an operation's, and adds their request ids. */
  function observeRoute(route: string, outcome: (c: Context) => string): MiddlewareHandler {
    return async (c, next) => {
      const startedAt = performance.now()
      await next()
      const { requestId } = currentRequest()
      c.header('x-request-id', requestId)
      const { status } = c.res
      // What does not exist is handled by the last route, which observes it as well.
      if (status === 404) return
      const durationMs = performance.now() - startedAt
      observe({ requestId, route, status, outcome: outcome(c), durationMs })
    }
  }

  /** Logs an error. @returns the failure of the operation, or of any, since it is the same for all */
  function fail(
    error: unknown,
    operation: Operation | undefined = allOperations[0],
  ): ContractResponse {
    logFailure(logger, error)
    if (operation === undefined) throw error
    return errorOf(operation, 'failure')
  }

  return app
}

/** The path and query as the client sent them. `Request` removes `.` and `..` segments. */
function targetOf(c: Context<{ Bindings: Partial<HttpBindings> }>) {
  const target = c.env?.incoming?.url ?? c.req.url.slice(new URL(c.req.url).origin.length)
  const [path = '', ...query] = target.split('?')
  return { path, query: new URLSearchParams(query.join('?')) }
}
