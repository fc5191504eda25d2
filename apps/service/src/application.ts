import { matchPath } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { Logger } from 'pino'
import type Provider from 'oidc-provider'
import { interactionPages } from './oauth/interactions.ts'
import { parseCredentials } from './operation/credentials.ts'
import { createRevokeEndpoint, isOperationMethod } from './operation/endpoint.ts'
import type { RateLimit } from './operation/rate-limit.ts'
import type { ContractResponse } from './operation/response.ts'
import { newRequestId, toHttpResponse } from './operation/response.ts'
import { sessionJwksRoute } from './operation/session-jwks.ts'
import type { Database } from './postgres/database.ts'
import { healthRoutes } from './server/health.ts'
import type { Metrics, Observe } from './server/metrics.ts'

export interface ApplicationOptions {
  database: Database
  rateLimit: RateLimit
  provider: Provider
  /** Scheme, host and port under which browsers reach the service. */
  origin: string
  logger: Logger
  metrics: Metrics
  observe: Observe
  isStopping: () => boolean
  routes: Record<string, (origin: string) => Hono>
}

/** Everything that is served except OAuth: the operation, pages, key sets, health, metrics. */
export function createApplication(options: ApplicationOptions) {
  const { database, logger, metrics, observe, provider, origin } = options
  const app = new Hono<{ Bindings: Partial<HttpBindings> }>()
  const revoke = createRevokeEndpoint(database, options.rateLimit)

  app.route('/health', healthRoutes(database, options.isStopping))
  app.get('/metrics', async () => metrics.response())
  app.route('/v1/b2b/sessions/jwks', sessionJwksRoute(database))
  app.use('/interaction/*', secureHeaders(pageHeaders), async (c, next) => {
    const startedAt = performance.now()
    await next()
    c.header('cache-control', 'no-store')
    observe({
      requestId: newRequestId(undefined),
      route: 'interaction',
      status: c.res.status,
      outcome: c.req.method === 'POST' ? 'submitted' : 'shown',
      durationMs: performance.now() - startedAt,
    })
  })
  app.route('/interaction', interactionPages(provider, database, origin))

  for (const [path, create] of Object.entries(options.routes)) app.route(path, create(origin))

  app.all('*', async (c) => {
    const startedAt = performance.now()
    const credentials = parseCredentials(c.req.header('authorization'))
    const requestId = newRequestId(credentials?.projectId)
    const path = isOperationMethod(c.req.method) ? matchPath(rawPathOf(c)) : undefined
    const response = await catchErrors(async () => {
      if (path === undefined) return { name: 'route_not_found' }
      return revoke({ request: c.req.raw, path, credentials, requestId })
    }, requestId)
    observe({
      requestId,
      route: path === undefined ? 'unknown' : 'revoke',
      status: statusOf(response.name),
      outcome: response.name,
      durationMs: performance.now() - startedAt,
    })
    return toHttpResponse(response, requestId)
  })

  app.onError((error) => {
    const requestId = newRequestId(undefined)
    return toHttpResponse(reportError(error, requestId), requestId)
  })

  async function catchErrors(
    handle: () => Promise<ContractResponse>,
    requestId: string,
  ): Promise<ContractResponse> {
    try {
      return await handle()
    } catch (error) {
      return reportError(error, requestId)
    }
  }

  function reportError(error: unknown, requestId: string): ContractResponse {
    logger.error({ err: error, request_id: requestId }, 'request failed')
    return { name: 'internal_server_error' }
  }

  return app
}

const pageHeaders: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
  // With `no-referrer` browsers would also hide the Origin header, by which a form is recognized as
  // one of ours.
  referrerPolicy: 'same-origin',
  xFrameOptions: 'DENY',
}

/** The path as the client sent it. `Request` removes `.` and `..` segments. */
function rawPathOf(c: Context<{ Bindings: Partial<HttpBindings> }>): string {
  const target = c.env?.incoming?.url ?? new URL(c.req.url).pathname
  return target.split('?', 1)[0] ?? ''
}
