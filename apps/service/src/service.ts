import { once } from 'node:events'
import type { ServerOptions } from 'node:http'
import { contract } from '@connected-apps/contract/operations'
import {
  PendingResponses,
  createHttpServer,
  listen,
  prepareGracefulClose,
} from '@connected-apps/node-http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Logger } from 'pino'
import { createApplication } from './application.ts'
import { startCleanup } from './cleanup.ts'
import { readConfiguration } from './configuration.ts'
import { introspectBefore } from './oauth/introspection/endpoint.ts'
import { createProvider, isOAuthPath } from './oauth/provider.ts'
import { loadServerKeys } from './oauth/server-keys.ts'
import type { RateLimitOptions } from './operation/rate-limit.ts'
import { RateLimit } from './operation/rate-limit.ts'
import { checkConnection, isTooLong } from './postgres/check.ts'
import { Database } from './postgres/database.ts'
import { migrate } from './postgres/migrate.ts'
import { dispatch } from './server/dispatch.ts'
import { createLogger, logRequest } from './server/logger.ts'
import { respondToMalformedRequests } from './server/malformed-requests.ts'
import type { Observe } from './server/metrics.ts'
import { Metrics } from './server/metrics.ts'

export interface ServiceOptions {
  databaseUrl: string
  /** 0 for any free port. */
  port: number
  host?: string
  /** Where browsers and Connected Apps reach the service, if that is not its own host and port. */
  publicUrl?: string | undefined
  poolSize?: number
  /** Whether statements are prepared by name. False for a connection pooler that pools transactions. */
  prepare?: boolean
  rateLimit?: RateLimitOptions
  cleanupIntervalMs?: number
  /** How long {@link Service.close} waits for pending requests. */
  drainMs?: number
  logger?: Logger
  /** Additional routes, by the path under which they are mounted. */
  routes?: Record<string, (origin: string) => Hono>
  /** Limits on what one client may cost; a client that exceeds them is disconnected. */
  httpLimits?: ServerOptions
}

export interface Service {
  /** Without a trailing slash. */
  url: string
  /** Accepts nothing new, sends the pending responses, and closes the database connections. */
  close: () => Promise<void>
}

const defaults = readConfiguration({})

/**
 * Starts one instance of the service. Any number of them may share one database.
 *
 * @throws if the database can't be reached or migrated, or the port is taken
 * @example
 * const postgres = await startEmbeddedPostgres()
 * const service = await startService({ databaseUrl: postgres.url, port: 0 })
 * const { status } = await fetch(`${service.url}/health/ready`) // 200
 * await service.close()
 * await postgres.stop()
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { host, poolSize, prepare, rateLimit, cleanupIntervalMs, drainMs } = {
    ...defaults,
    ...options,
  }
  const logger = options.logger ?? createLogger(defaults.logLevel)
  const onError = (error: Error): void => logger.error({ err: error }, 'unexpected error')
  const database = new Database({ url: options.databaseUrl, poolSize, prepare, onError })
  const server = createHttpServer(options.httpLimits)
  const pending = new PendingResponses(server)
  const { begin, forceClose } = prepareGracefulClose(server, pending)
  let isStopping = false
  try {
    const statementTimeoutMs = await checkConnection(options.databaseUrl, prepare)
    const applied = await migrate(options.databaseUrl)
    if (applied.length > 0) logger.info({ applied }, 'migrated')
    const keys = await loadServerKeys(database)
    const names = { host: 'HOST', port: 'PORT' }
    const url = await listen(server, { host, port: options.port, names })
    // Everything from here to the request listener is synchronous, so no request arrives too early.
    const issuer = new URL(options.publicUrl ?? url)
    const metrics = new Metrics(database.pool)
    const observe: Observe = (observation) => {
      metrics.observe(observation)
      logRequest(logger, observation)
    }
    const handleInvalidUrl = respondToMalformedRequests(server, pending, observe)
    const provider = createProvider({ database, issuer: issuer.origin, keys, observe, onError })
    const application = createApplication({
      database,
      rateLimit: new RateLimit(database, rateLimit),
      provider,
      origin: issuer.origin,
      logger,
      metrics,
      observe,
      isStopping: () => isStopping,
      routes: options.routes ?? {},
    })
    server.on(
      'request',
      dispatch(
        issuer,
        isOAuthPath,
        introspectBefore(
          { database, issuer: issuer.origin, observe, onError },
          provider.callback(),
        ),
        getRequestListener(application.fetch, { errorHandler: handleInvalidUrl }),
      ),
    )
    const cleanup = startCleanup(database, cleanupIntervalMs, logger)
    logger.info({ url, issuer: issuer.origin, contract: contract.version }, 'listening')
    if (isTooLong(statementTimeoutMs)) {
      logger.warn(
        { statementTimeoutMs },
        "statements may run for longer than the service waits for them; ALTER ROLE … SET statement_timeout = '8s'",
      )
    }

    const close = async (): Promise<void> => {
      isStopping = true
      const closed = once(server, 'close')
      begin()
      const deadline = setTimeout(() => {
        forceClose()
        database.forceClose().catch(onError)
      }, drainMs)
      await Promise.all([closed, cleanup.stop()])
      await database.close()
      clearTimeout(deadline)
      metrics.close()
      logger.info('stopped')
    }
    let closing: Promise<void> | undefined
    return { url, close: () => (closing ??= close()) }
  } catch (error) {
    server.close()
    await database.close()
    throw error
  }
}
