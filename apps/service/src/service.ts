import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Logger } from 'pino'
import { createApplication } from './application.ts'
import { startCleanup } from './cleanup.ts'
import { readConfiguration } from './configuration.ts'
import { createProvider, isOAuthPath } from './oauth/provider.ts'
import { loadServerKeys } from './oauth/server-keys.ts'
import type { RateLimitOptions } from './operation/rate-limit.ts'
import { RateLimit } from './operation/rate-limit.ts'
import { Database } from './postgres/database.ts'
import { migrate } from './postgres/migrate.ts'
import { dispatch } from './server/dispatch.ts'
import { createDrain } from './server/drain.ts'
import type { HttpLimits } from './server/http-server.ts'
import {
  createHttpServer,
  handleInvalidUrl,
  rejectMalformedRequests,
} from './server/http-server.ts'
import { createLogger, logRequest } from './server/logger.ts'
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
  rateLimit?: RateLimitOptions
  cleanupIntervalMs?: number
  /** How long {@link Service.close} waits for pending requests. */
  drainMs?: number
  logger?: Logger
  /** Additional routes, by the path under which they are mounted. */
  routes?: Record<string, (origin: string) => Hono>
  httpLimits?: Partial<HttpLimits>
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
  const { host, poolSize, rateLimit, cleanupIntervalMs, drainMs } = { ...defaults, ...options }
  const logger = options.logger ?? createLogger(defaults.logLevel)
  const onError = (error: Error): void => logger.error({ err: error }, 'unexpected error')
  const database = new Database({ url: options.databaseUrl, poolSize, onError })
  const server = createHttpServer(options.httpLimits ?? {})
  const drain = createDrain(server)
  let isStopping = false
  try {
    const applied = await migrate(options.databaseUrl)
    if (applied.length > 0) logger.info({ applied }, 'migrated')
    const keys = await loadServerKeys(database)
    server.listen(options.port, host)
    await once(server, 'listening')
    // Everything from here to the request listener is synchronous, so no request arrives too early.
    const { port } = server.address() as AddressInfo // it listens on TCP
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
    const issuer = new URL(options.publicUrl ?? url)
    const metrics = new Metrics(database.pool)
    const observe: Observe = (observation) => {
      metrics.observe(observation)
      logRequest(logger, observation)
    }
    rejectMalformedRequests(server, observe)
    const provider = createProvider({ database, issuer: issuer.origin, keys, observe, onError })
    const application = createApplication({
      database,
      rateLimit: new RateLimit(database.pool, rateLimit),
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
        provider.callback(),
        getRequestListener(application.fetch, { errorHandler: handleInvalidUrl(observe) }),
      ),
    )
    const cleanup = startCleanup(database, cleanupIntervalMs, logger)
    logger.info({ url, issuer: issuer.origin }, 'listening')

    const close = async (): Promise<void> => {
      isStopping = true
      const closed = once(server, 'close')
      drain.start()
      const deadline = setTimeout(() => {
        drain.destroyAll()
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
