import type { Hono } from 'hono'
import { readConfiguration } from './configuration.ts'
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

  const demo = isDemo ? await loadDemo() : undefined
  const embedded = demo && (await startEmbeddedPostgres())
  try {
    const service = await startService({
      ...configuration,
      databaseUrl: databaseUrl ?? String(embedded?.url),
      logger,
      ...(demo && { routes: { '/demo': demo.createRoutes } }),
    })
    // The service has to be closed before its database stops, whatever fails.
    try {
      if (demo && embedded) {
        process.stdout.write(await demo.prepare(embedded.url, service.url))
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

/** What `apps/service/demo` adds to a service that has no database of its own. */
export interface Demo {
  createRoutes: () => Hono
  /** Fills the database. @returns what to tell the user */
  prepare: (databaseUrl: string, origin: string) => Promise<string>
}

/** The demo uses the service like any other program, so it is neither built nor typed with it. */
async function loadDemo(): Promise<Demo> {
  const url = new URL('../demo/demo.ts', import.meta.url)
  const module = (await import(url.href)) as { default: Demo } // safe: demo.ts satisfies this type
  return module.default
}

/** Without this check, a setting that is passed as an argument would be ignored silently. */
function rejectArguments([argument]: string[]): void {
  if (argument === undefined) return
  throw new TypeError(
    `${JSON.stringify(argument)} is refused: there are no arguments; set environment variables, which apps/service/README.md names`,
  )
}
