import { readConfiguration } from './configuration.ts'
import type { DemoTokens } from './demo/authorize.ts'
import { authorizeDemo } from './demo/authorize.ts'
import { greeting } from './demo/greeting.ts'
import { addDemoProject } from './demo/project.ts'
import { demoRoutes } from './demo/routes.ts'
import { startEmbeddedPostgres } from './postgres/embedded/start.ts'
import { EXIT_USAGE, explainError } from './command-errors.ts'
import { createLogger } from './server/logger.ts'
import { startService } from './service.ts'

try {
  await run()
} catch (error) {
  for (const line of explainError(error)) process.stderr.write(`connected-apps: ${line}\n`)
  process.exit(EXIT_USAGE)
}

async function run(): Promise<void> {
  rejectArguments(process.argv.slice(2))
  const { databaseUrl, logLevel, ...configuration } = readConfiguration(process.env)
  const isDemo = databaseUrl === undefined
  // People read the demo's output, which log lines would bury.
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
    // The service has to be closed before its database stops, whatever fails.
    try {
      if (embedded !== undefined) {
        await addDemoProject(embedded.url, service.url)
        process.stdout.write(greeting(service.url, await authorize(service.url)))
      }
      if (!stopping.signal.aborted) {
        await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve))
      }
    } finally {
      await service.close()
    }
  } finally {
    await embedded?.stop()
  }
}

async function authorize(origin: string): Promise<DemoTokens> {
  try {
    return await authorizeDemo(origin)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the demo fails at its own address, ${origin}: ${reason}`, { cause })
  }
}

/** Without this check, a setting that is passed as an argument would be ignored silently. */
function rejectArguments([argument]: string[]): void {
  if (argument === undefined) return
  throw new TypeError(
    `${JSON.stringify(argument)} is refused: there are no arguments; set environment variables, which apps/service/README.md names`,
  )
}
