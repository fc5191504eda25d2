import { BlockList, isIPv6 } from 'node:net'
import { parseBaseUrl } from '@connected-apps/node-http'
import { urlsOf } from './postgres/hosts.ts'

/** The settings of the service, read from environment variables. */
export interface Configuration {
  host: string
  port: number
  /** Where health and metrics are served. Undefined for `port`. */
  healthPort: number | undefined
  publicUrl: string | undefined
  /** Undefined to start an embedded PostgreSQL, with a demo project in it. */
  databaseUrl: string | undefined
  /** The owner of the tables, who migrates them. Undefined if that is `databaseUrl`'s role. */
  migrationDatabaseUrl: string | undefined
  /** A streaming replica of `databaseUrl`, which introspection may read. */
  readDatabaseUrl: string | undefined
  poolSize: number
  /** Whether statements are prepared by name, which a pooler of transactions does not support. */
  prepare: boolean
  /** Whether the tables are distributed by bucket (Citus). */
  isDistributed: boolean
  /** How long a public client may repeat a refresh whose response it lost. 0: not at all. */
  refreshReuseSeconds: number
  rateLimit: { requests: number; windowSeconds: number }
  cleanupIntervalMs: number
  /** How long the service accepts requests after SIGTERM, while it reports that it is not ready. */
  shutdownDelayMs: number
  drainMs: number
  logLevel: string
}

/** The maximum of `REFRESH_REUSE_SECONDS`. The cleanup keeps what a repeat needs for this long. */
export const maxRefreshReuseSeconds = 3600

/** Lists every invalid setting, so that all of them can be fixed at once. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
  readonly issues: string[]

  constructor(issues: string[]) {
    super(`invalid configuration: ${issues.join('; ')}`)
    this.issues = issues
  }
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/**
 * Reads the configuration.
 *
 * @throws {ConfigurationError} if a setting is invalid
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const issues: string[] = []
  const isDemo = environment['DATABASE_URL'] === undefined
  const configuration: Configuration = {
    host: text('HOST', '127.0.0.1'),
    port: integer('PORT', 4020, 0, 65_535),
    healthPort: integer('HEALTH_PORT', undefined, 0, 65_535),
    publicUrl: origin('PUBLIC_URL'),
    databaseUrl: normalizeSslMode(databaseUrl('DATABASE_URL')),
    migrationDatabaseUrl: normalizeSslMode(databaseUrl('MIGRATION_DATABASE_URL')),
    readDatabaseUrl: normalizeSslMode(databaseUrl('READ_DATABASE_URL')),
    poolSize: integer('DATABASE_POOL_SIZE', 10, 1, 1000),
    prepare: oneOf('DATABASE_PREPARE', 'on', ['on', 'off']) === 'on',
    isDistributed: oneOf('DATABASE_KIND', 'postgresql', ['postgresql', 'citus']) === 'citus',
    rateLimit: {
      requests: integer('RATE_LIMIT_REQUESTS', 1000, 1, 1_000_000_000),
      windowSeconds: integer('RATE_LIMIT_WINDOW_SECONDS', 1, 1, 86_400),
    },
    refreshReuseSeconds: integer('REFRESH_REUSE_SECONDS', 10, 0, maxRefreshReuseSeconds),
    cleanupIntervalMs: integer('CLEANUP_INTERVAL_SECONDS', 60, 1, 86_400) * 1000,
    shutdownDelayMs: integer('SHUTDOWN_DELAY_SECONDS', isDemo ? 0 : 5, 0, 600) * 1000,
    drainMs: integer('DRAIN_SECONDS', 10, 0, 3600) * 1000,
    logLevel: oneOf('LOG_LEVEL', 'info', logLevels),
  }
  if (isDemo) {
    issues.push(...demoIssues(configuration.host, environment))
  }
  const { port, healthPort, readDatabaseUrl, isDistributed } = configuration
  if (readDatabaseUrl !== undefined && urlsOf(readDatabaseUrl).length > 1) {
    issues.push(
      'READ_DATABASE_URL must have one host; pass the replica that introspection may read',
    )
  }
  if (readDatabaseUrl !== undefined && isDistributed) {
    issues.push(
      'READ_DATABASE_URL does not work with Citus, whose nodes each have their own replicas; unset it, or DATABASE_KIND',
    )
  }
  if (port === healthPort && port !== 0) {
    issues.push(
      'HEALTH_PORT must differ from PORT; set another one, or unset HEALTH_PORT to serve both at PORT',
    )
  }
  // By default the origin is made of HOST and PORT, which others can't reach unless it is a loopback address.
  if (
    environment['DATABASE_URL'] &&
    !isLoopback(configuration.host) &&
    environment['PUBLIC_URL'] === undefined
  ) {
    issues.push(
      `PUBLIC_URL is missing; with HOST ${JSON.stringify(configuration.host)}, set it to the URL under which browsers and apps reach the service`,
    )
  }
  if (issues.length > 0) throw new ConfigurationError(issues)
  return configuration

  // An empty variable is probably a secret that is missing. With a default in its place, the service might
  // run as a demo, or without its replica.
  function read(name: string): string | undefined {
    const value = environment[name]
    if (value === '') issues.push(`${name} is empty; set it, or unset it`)
    return value || undefined
  }

  function text(name: string, fallback: string): string {
    return read(name) ?? fallback
  }

  function integer<Fallback extends number | undefined>(
    name: string,
    fallback: Fallback,
    min: number,
    max: number,
  ): number | Fallback {
    const value = read(name)
    if (value === undefined) return fallback
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (number >= min && number <= max) return number
    issues.push(`${name} must be a whole number from ${min} to ${max}, not "${value}"`)
    return fallback
  }

  function oneOf(name: string, fallback: string, values: string[]): string {
    const value = read(name) ?? fallback
    if (!values.includes(value)) {
      issues.push(`${name} must be one of ${values.join(', ')}, not "${value}"`)
    }
    return value
  }

  function origin(name: string): string | undefined {
    const value = read(name)
    if (value === undefined) return undefined
    if (!URL.canParse(value)) {
      issues.push(`${name} is not a URL; pass one like https://apps.example`)
      return undefined
    }
    const { url, error } = parseBaseUrl(value)
    if (url === undefined) issues.push(`${name} ${error}`)
    else if (new URL(url).origin !== url) issues.push(`${name} has a path; pass the URL without it`)
    return url
  }

  // The value is not repeated in the message, since it holds a password.
  function databaseUrl(name: string): string | undefined {
    const value = read(name)
    if (value === undefined) return undefined
    const isPostgres = (url: string): boolean =>
      /^postgres(?:ql)?:$/.test(URL.parse(url)?.protocol ?? '')
    if (urlsOf(value).every(isPostgres) && !hasRawPassword(value)) return value
    issues.push(
      /^postgres(?:ql)?:\/\//.test(value)
        ? `${name} is not a valid URL; in the user and the password, write / as %2F, ? as %3F and # as %23`
        : `${name} must be a URL that starts with postgres:// or postgresql://`,
    )
    return undefined
  }
}

/**
 * Reads the settings of the database for a command, and ignores those of the server.
 *
 * @throws {ConfigurationError} if one of them is invalid, or DATABASE_URL is missing
 */
export function readDatabaseConfiguration(
  environment: NodeJS.ProcessEnv,
): Configuration & { databaseUrl: string } {
  const { DATABASE_URL, MIGRATION_DATABASE_URL, READ_DATABASE_URL, DATABASE_KIND } = environment
  if (!DATABASE_URL) {
    throw new ConfigurationError([
      "DATABASE_URL is missing; set it to the URL of the service's database",
    ])
  }
  const configuration = readConfiguration({
    DATABASE_URL,
    MIGRATION_DATABASE_URL,
    READ_DATABASE_URL,
    DATABASE_KIND,
  })
  return { ...configuration, databaseUrl: configuration.databaseUrl ?? DATABASE_URL }
}

/**
 * Whether a URL is valid only by chance: its password has an @, and then a character that ends the host,
 * as in `postgres://ada:p@ss/word@db.example/x`. Its host would be `ss`.
 */
function hasRawPassword(databaseUrl: string): boolean {
  const afterHost = databaseUrl.replace(/^[a-z]+:\/\/[^/?#]*/, '')
  return /#|^\/[^?]*@[^?]*\/|^[^?]*\?[^=&]*@/.test(afterHost)
}

/** `pg` treats these modes as `verify-full`, and would warn at length that this may change. */
function normalizeSslMode(databaseUrl: string | undefined): string | undefined {
  if (databaseUrl?.includes('uselibpqcompat=true')) return databaseUrl
  return databaseUrl?.replace(
    /([?&]sslmode=)(?:prefer|require|verify-ca)(?=[&#]|$)/g,
    '$1verify-full',
  )
}

/**
 * The demo uses a public secret and a temporary database, so it must not be reachable from other
 * machines.
 */
function demoIssues(host: string, environment: NodeJS.ProcessEnv): string[] {
  const issues: string[] = []
  for (const name of ['MIGRATION_DATABASE_URL', 'READ_DATABASE_URL']) {
    if (environment[name]) {
      issues.push(
        `${name} is not for the demo, which has its own database; set DATABASE_URL too, or unset ${name}`,
      )
    }
  }
  if (environment['PUBLIC_URL']) {
    issues.push(
      'PUBLIC_URL is not for the demo, which runs at its own address; set DATABASE_URL too, or unset PUBLIC_URL',
    )
  }
  if (!isLoopback(host)) {
    issues.push(
      `HOST ${JSON.stringify(host)} is not for the demo, which only this machine may reach; set DATABASE_URL too, or unset HOST`,
    )
  }
  return issues
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

function isLoopback(host: string): boolean {
  return host === 'localhost' || loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4')
}
