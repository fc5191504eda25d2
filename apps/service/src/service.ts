import type { ServerOptions } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { contract } from '@connected-apps/contract/operations'
import type { Hono } from 'hono'
import type { Logger } from 'pino'
import { createApplication } from './application.ts'
import { emptyResult, startCleanup } from './cleanup.ts'
import { ConfigurationError, readConfiguration } from './configuration.ts'
import { createOAuthServer } from './oauth/oauth-server.ts'
import { introspectBefore } from './oauth/introspection/endpoint.ts'
import { isOAuthPath } from './oauth/provider.ts'
import type { ServerKeys } from './oauth/server-keys.ts'
import { loadServerKeys } from './oauth/server-keys.ts'
import type { RateLimitOptions } from './operation/rate-limit.ts'
import { unavailable, unmatched } from './operation/response.ts'
import { checkConnection, checkNodes } from './postgres/check.ts'
import { Database, queryTimeoutMs } from './postgres/database.ts'
import { migrate } from './postgres/migrate.ts'
import { isAuditLogMutable } from './postgres/privileges.ts'
import { ReadReplica } from './postgres/replica/read-replica.ts'
import { dispatch } from './server/dispatch.ts'
import type { Phase } from './server/health.ts'
import { createHealth, serveOnly } from './server/health.ts'
import { Listener } from './server/listener.ts'
import { createLogger } from './server/logger.ts'
import { Metrics } from './server/metrics.ts'
import { createObserve } from './server/observe.ts'

export interface ServiceOptions {
  databaseUrl: string
  /** The owner of the tables, who migrates them. Default: the role of `databaseUrl`. */
  migrationDatabaseUrl?: string | undefined
  /**
   * A streaming replica of `databaseUrl`, from which introspection reads while revokes wait for it. See
   * `docs/scaling.md`.
   */
  readDatabaseUrl?: string | undefined
  /** 0 for any free port. */
  port: number
  host?: string
  /** Where health and metrics are served. Default: at `port`. */
  healthPort?: number | undefined
  /** Where browsers and Connected Apps reach the service, if that is not its own host and port. */
  publicUrl?: string | undefined
  poolSize?: number
  /** Whether statements are prepared by name. False for a connection pooler that pools transactions. */
  prepare?: boolean
  /** Whether the tables are distributed by bucket (Citus). Default: false. */
  isDistributed?: boolean
  /** How long a public client may repeat a refresh, in whole seconds up to 3600. 0: not at all. */
  refreshReuseSeconds?: number
  rateLimit?: RateLimitOptions
  cleanupIntervalMs?: number
  /** How often the keys that sign ID tokens and cookies are read. Default: every ten seconds. */
  keyReloadIntervalMs?: number
  /** How long {@link Service.close} still accepts requests, while the service is not ready. Default: 0. */
  shutdownDelayMs?: number
  /** How long {@link Service.close} waits for pending requests. */
  drainMs?: number
  logger?: Logger
  /** Additional routes, by the path under which they are mounted. */
  routes?: Record<string, (origin: string) => Hono>
  /** What is shown at `/`, as HTML. Default: what the service is. */
  frontPage?: (origin: string) => string | Promise<string>
  /**
   * What has to be done before the instance is ready. It is called with the instance's URL, where every
   * request already gets its response.
   */
  beforeReady?: (url: string) => Promise<void>
  /** Timeouts and limits of `node:http`. A client that exceeds them is disconnected. */
  httpLimits?: ServerOptions
  /** Aborts the start, whatever it is waiting for. Later it has no effect. */
  signal?: AbortSignal
}

export interface Service {
  /** Without a trailing slash. */
  url: string
  /** Where health and metrics are served. Also without a trailing slash. */
  healthUrl: string
  /**
   * Makes the service not ready, and waits for the shutdown delay. Then it accepts no more connections,
   * sends the pending responses, and closes the database connections.
   *
   * @param endDelay ends the delay early
   */
  close: (endDelay?: AbortSignal) => Promise<void>
}

const defaults = readConfiguration({})

/** How long the handlers of requests may take to fail once their connections are closed. */
const settleMs = 1_000

/**
 * Starts one instance of the service. Any number of them may share one database.
 *
 * @throws if the database can't be reached or migrated, or a port is taken
 * @example
 * const postgres = await startEmbeddedPostgres()
 * const service = await startService({ databaseUrl: postgres.url, port: 0 })
 * const { status } = await fetch(`${service.url}/health/ready`) // 200
 * await service.close()
 * await postgres.stop()
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const settings = { ...defaults, ...options }
  const { host, poolSize, prepare, isDistributed, refreshReuseSeconds, rateLimit } = settings
  const { cleanupIntervalMs, shutdownDelayMs, drainMs } = settings
  const { healthPort, httpLimits, signal } = options
  const logger = options.logger ?? createLogger(defaults.logLevel)
  const onError = (error: Error): void => logger.error({ err: error }, 'database connection failed')
  const metrics = new Metrics()
  const observe = createObserve(metrics, logger)
  metrics.observeCleanup(emptyResult())
  const database = new Database({
    url: options.databaseUrl,
    poolSize,
    prepare,
    isDistributed,
    isReplicaRead: options.readDatabaseUrl !== undefined,
    observer: metrics,
    onError,
  })
  const replica =
    options.readDatabaseUrl === undefined
      ? undefined
      : new ReadReplica({
          url: options.readDatabaseUrl,
          prepare,
          observer: metrics,
          primaryUrl: options.databaseUrl,
          logger,
        })
  let phase: Phase = 'starting'
  const health = createHealth(database, metrics, () => phase, logger)
  const listener = new Listener({
    application: serveOnly(health, unavailable, observe),
    address: { host, port: options.port, names: { host: 'HOST', port: 'PORT' } },
    observe,
    httpLimits,
  })
  const healthListener =
    healthPort === undefined
      ? listener
      : new Listener({
          application: serveOnly(health, unmatched, observe),
          address: { host, port: healthPort, names: { host: 'HOST', port: 'HEALTH_PORT' } },
          observe,
          httpLimits,
        })
  const forceCloseDatabases = () => Promise.all([replica?.forceClose(), database.forceClose()])
  metrics.watch(database.pool, listener.pending)
  if (replica !== undefined) metrics.watchReplica(replica)
  try {
    // Health checks come first, so that the process is live, however long the rest takes.
    const healthUrl = await untilAborted(healthListener.listen(), signal)
    const keys = await untilAborted(
      prepareDatabase(database, { ...options, prepare }, logger),
      signal,
    )
    if (replica !== undefined) await untilAborted(replica.start(), signal)
    const url = await untilAborted(listener.listen(), signal)
    const issuer = new URL(options.publicUrl ?? url)
    const oauth = createOAuthServer({
      database,
      issuer: issuer.origin,
      keys,
      refreshReuseSeconds,
      observe,
      logger,
    })
    const application = createApplication({
      database,
      rateLimit,
      provider: oauth.provider,
      origin: issuer.origin,
      logger,
      observe,
      health: listener === healthListener ? health : undefined,
      routes: options.routes ?? {},
      frontPage: options.frontPage,
    })
    const introspect = introspectBefore(
      { database, replica, issuer: issuer.origin, observe, logger },
      oauth.handle,
    )
    listener.serve(
      dispatch(issuer, isOAuthPath, introspect, listener.toRequestHandler(application.fetch)),
    )
    if (options.beforeReady !== undefined) await untilAborted(options.beforeReady(url), signal)
    const cleanup = startCleanup(database, cleanupIntervalMs, logger, (result) =>
      metrics.observeCleanup(result),
    )
    const keyReload = oauth.startReloading(options.keyReloadIntervalMs ?? 10_000)
    phase = 'running'
    logger.info({ url, healthUrl, issuer: issuer.origin, contract: contract.version }, 'listening')

    const close = async (endDelay?: AbortSignal): Promise<void> => {
      phase = 'stopping'
      listener.endKeepAlive()
      if (shutdownDelayMs > 0) {
        logger.info({ shutdownDelayMs }, 'stopping')
        await delay(shutdownDelayMs, endDelay)
      }
      const deadline = setTimeout(() => {
        const pendingResponses = listener.pending.count
        logger.warn({ pendingResponses, drainMs }, 'drain timed out')
        listener.forceClose()
        healthListener.forceClose()
        forceCloseDatabases().catch(onError)
      }, drainMs)
      await Promise.all([listener.close(), cleanup.stop(), keyReload.stop()])
      await replica?.close()
      await database.close()
      // Handlers whose connections were closed still log their failures.
      await listener.settle(settleMs)
      await healthListener.close()
      clearTimeout(deadline)
      metrics.close()
      logger.info('stopped')
    }
    let closing: Promise<void> | undefined
    return { url, healthUrl, close: (endDelay) => (closing ??= close(endDelay)) }
  } catch (error) {
    listener.forceClose()
    healthListener.forceClose()
    metrics.close()
    const closed = forceCloseDatabases().catch(onError)
    // After an abort, the statement that it was waiting for may keep its connection for some time.
    if (signal?.aborted !== true) await closed
    throw error
  }
}

/**
 * Waits for the work, but no longer than until the signal aborts. The work itself may continue; its
 * result is ignored.
 *
 * @throws the reason of the signal
 */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Waits, but no longer than until the signal aborts. */
async function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  // It only rejects when the signal aborts.
  await sleep(ms, undefined, signal && { signal }).catch(() => undefined)
}

/** Checks and migrates the database. @returns the keys that the instance starts with */
async function prepareDatabase(
  database: Database,
  options: Pick<
    ServiceOptions,
    'databaseUrl' | 'migrationDatabaseUrl' | 'readDatabaseUrl' | 'signal'
  > & { prepare: boolean },
  logger: Logger,
): Promise<ServerKeys[]> {
  const { databaseUrl, migrationDatabaseUrl, readDatabaseUrl, prepare, signal } = options
  const { statementTimeoutMs, isStandby } = await checkConnection(databaseUrl, prepare)
  if (isStandby && readDatabaseUrl !== undefined) {
    throw new ConfigurationError([
      'DATABASE_URL leads to a standby; set it to the URL of the primary',
    ])
  }
  // It may be promoted, or the address may change, as in a failover.
  if (isStandby) {
    logger.warn(
      'DATABASE_URL leads to a standby, so this instance is not ready; set it to the URL of the primary',
    )
  }
  if (database.isDistributed) await checkNodes(database)
  const onWait = (): void =>
    logger.info('waiting for another instance, which is migrating the database')
  const applied = await migrate({ databaseUrl, migrationDatabaseUrl, signal, onWait })
  if (applied.length > 0) logger.info({ applied }, 'migrated')
  if (statementTimeoutMs === 0 || statementTimeoutMs > queryTimeoutMs) {
    logger.warn(
      { statementTimeoutMs },
      "statements of the role of DATABASE_URL may run for longer than the service waits for them; run ALTER ROLE … SET statement_timeout = '8s'",
    )
  }
  if (await isAuditLogMutable(database)) {
    logger.warn(
      'the role of DATABASE_URL can change or remove rows of the audit log; let another role own the database and the tables, pass its URL as MIGRATION_DATABASE_URL, and revoke what else the role was granted',
    )
  }
  return loadServerKeys(database)
}
