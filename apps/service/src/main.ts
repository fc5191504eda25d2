import { DatabaseError } from 'pg'
import { ConfigurationError, readConfiguration } from './configuration.ts'
import { authorizeDemo } from './demo/authorize.ts'
import { greeting } from './demo/greeting.ts'
import { addDemoProject } from './demo/project.ts'
import { demoRoutes } from './demo/routes.ts'
import { startEmbeddedPostgres } from './postgres/embedded/start.ts'
import { createLogger } from './logger.ts'
import { startService } from './service.ts'

/** How a process that could not do as it was told ends. */
const misuse = 2

try {
  await run()
} catch (error) {
  for (const line of explain(error)) process.stderr.write(`connected-apps: ${line}\n`)
  process.exit(misuse)
}

async function run(): Promise<void> {
  const { databaseUrl, logLevel, ...configuration } = readConfiguration(process.env)
  const isDemo = databaseUrl === undefined
  // The demo's walk is for people, who look for it among few lines.
  const logger = createLogger(isDemo && !process.env['LOG_LEVEL'] ? 'warn' : logLevel)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort())
  }

  const embedded = isDemo ? await startEmbeddedPostgres() : undefined
  try {
    const service = await startService({
      ...configuration,
      databaseUrl: databaseUrl ?? String(embedded?.url),
      logger,
      ...(isDemo && { routes: { '/demo': demoRoutes } }),
    })
    if (embedded !== undefined) {
      await addDemoProject(embedded.url, service.url)
      process.stdout.write(greeting(service.url, await authorizeDemo(service.url)))
    }
    if (!stopping.signal.aborted) {
      await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve))
    }
    await service.close()
  } finally {
    await embedded?.stop()
  }
}

/** One line for each thing to mend. */
function explain(error: unknown): string[] {
  if (error instanceof ConfigurationError) return error.mistakes
  if (!(error instanceof Error)) return [String(error)]
  const reason = error.message.split('\n', 1)[0] ?? error.name
  if (error instanceof URIError) {
    return ['DATABASE_URL has a percent sign that encodes nothing; write it as %25']
  }
  // PostgreSQL's answer to how it was asked: wrong password, no such role or database, no TLS.
  if (error instanceof DatabaseError && /^(?:28|3D)/.test(error.code ?? '')) {
    return [`PostgreSQL refuses DATABASE_URL: ${reason}`]
  }
  if (!('code' in error)) return [reason]
  const isHost = 'hostname' in error && error.hostname === process.env['HOST']
  switch (String(error.code)) {
    case 'EADDRINUSE':
      return ['the port is in use; set PORT to another one, or to 0 for any that is free']
    case 'EACCES':
      return ['the port is for the administrator; set PORT to another one']
    case 'EADDRNOTAVAIL':
      return ['HOST is no address of this machine']
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return [`${isHost ? 'HOST' : 'the host in DATABASE_URL'} is not known`]
    case 'ECONNREFUSED':
      return ['no PostgreSQL answers at DATABASE_URL']
    default:
      return [reason]
  }
}
