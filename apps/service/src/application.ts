import { matchPath } from '@connected-apps/contract'
import { statusOf } from '@connected-apps/contract/examples'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { Logger } from 'pino'
import type Provider from 'oidc-provider'
import { healthRoutes } from './server/health.ts'
import type { Metrics } from './server/metrics.ts'
import type { Observe } from './observation.ts'
import { interactionPages } from './oauth/interactions.ts'
import type { Answer } from './operation/response.ts'
import { newRequestId, responseOf } from './operation/response.ts'
import { parseCredentials } from './operation/credentials.ts'
import { createRevokeEndpoint, isOperationMethod } from './operation/endpoint.ts'
import type { RateLimit } from './operation/rate-limit.ts'
import type { Database } from './postgres/database.ts'
import { sessionJwksRoute } from './operation/session-jwks.ts'

type Page = Context<{ Bindings: Partial<HttpBindings> }>

export interface ApplicationOptions {
  database: Database
  rateLimit: RateLimit
  provider: Provider
  /** Scheme, host and port under which browsers see the service. */
  origin: string
  logger: Logger
  metrics: Metrics
  observe: Observe
  isStopping: () => boolean
  routes: Record<string, (origin: string) => Hono>
}

/** All that is served, but for the OAuth endpoints: the operation, pages, keys, health, metrics. */
export function createApplication(options: ApplicationOptions) {
  const { database, logger, metrics, observe, provider, origin } = options
  const app = new Hono<{ Bindings: Partial<HttpBindings> }>()
  const revoke = createRevokeEndpoint(database, options.rateLimit)

  app.route('/health', healthRoutes(database, options.isStopping))
  app.get('/metrics', async () => metrics.response())
  app.route('/v1/b2b/sessions/jwks', sessionJwksRoute(database))
  app.use('/interaction/*', secureHeaders(pageHeaders), async (page, next) => {
    const startedAt = performance.now()
    await next()
    page.header('cache-control', 'no-store')
    observe({
      requestId: newRequestId(undefined),
      route: 'interaction',
      status: page.res.status,
      answer: page.req.method === 'POST' ? 'submitted' : 'shown',
      durationMs: performance.now() - startedAt,
    })
  })
  app.route('/interaction', interactionPages(provider, database, origin))

  for (const [path, create] of Object.entries(options.routes)) app.route(path, create(origin))

  app.all('*', async (page) => {
    const startedAt = performance.now()
    const credentials = parseCredentials(page.req.header('authorization'))
    const requestId = newRequestId(credentials?.projectId)
    const path = isOperationMethod(page.req.method) ? matchPath(rawPathOf(page)) : undefined
    const answer = await answerSafely(async () => {
      if (path === undefined) return { name: 'route_not_found' }
      return revoke({ request: page.req.raw, path, credentials, requestId })
    }, requestId)
    observe({
      requestId,
      route: path === undefined ? 'unknown' : 'revoke',
      status: statusOf(answer.name),
      answer: answer.name,
      durationMs: performance.now() - startedAt,
    })
    return responseOf(answer, requestId)
  })

  app.onError((error) => {
    const requestId = newRequestId(undefined)
    logger.error({ err: error, request_id: requestId }, 'failed')
    return responseOf(serverError, requestId)
  })

  async function answerSafely(work: () => Promise<Answer>, requestId: string): Promise<Answer> {
    try {
      return await work()
    } catch (error) {
      logger.error({ err: error, request_id: requestId }, 'failed')
      return serverError
    }
  }

  return app
}

const serverError: Answer = { name: 'internal_server_error' }

const pageHeaders: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
  // Without a referrer browsers also hide the origin, which tells whose form it is.
  referrerPolicy: 'same-origin',
  xFrameOptions: 'DENY',
}

/** The path as it came; that of `Request` has lost its `.` and `..` segments. */
function rawPathOf(page: Page): string {
  const target = page.env?.incoming?.url ?? new URL(page.req.url).pathname
  return target.split('?', 1)[0] ?? ''
}
