import { once } from 'node:events'
import { contract } from '@connected-apps/contract/operations'
import { CommandError, createCommand, runCommand } from '@connected-apps/node-http/command'
import type { Hono } from 'hono'
import { explainError } from './command-errors.ts'
import { readConfiguration } from './configuration.ts'
import { startEmbeddedPostgres } from './postgres/embedded/start.ts'
import { createLogger } from './server/logger.ts'
import type { StopSignals } from './server/stop-signals.ts'
import { startService } from './service.ts'

/** Runs the service until a signal stops it. */
export async function runStartCommand(signals: StopSignals): Promise<void> {
  const command = createCommand({
    name: 'connected-apps',
    version: `contract ${contract.version}`,
    description: `Runs the service of ${contract.title} ${contract.version}. It takes no arguments: set environment variables, which apps/service/README.md lists.`,
  }).action(() => run(signals))
  await runCommand(command, { explain: explainError })
  // What the start was waiting for, such as the lookup of a host name, would keep the process running.
  if (signals.stop.aborted) process.exit()
}

async function run({ stop, endDelay }: StopSignals): Promise<void> {
  // The demo is loaded before the settings are read, since a build without it always needs a database.
  const demo = process.env['DATABASE_URL'] === undefined ? await loadDemo() : undefined
  const { databaseUrl, logLevel, ...configuration } = readConfiguration(process.env)
  const isDemo = databaseUrl === undefined
  // So that log lines don't bury the banner of the demo.
  const logger = createLogger(isDemo && process.env['LOG_LEVEL'] === undefined ? 'error' : logLevel)

  const embedded = demo && (await startEmbeddedPostgres())
  let banner = ''
  try {
    const service = await startService({
      ...configuration,
      databaseUrl: databaseUrl ?? `${embedded?.url}?statement_timeout=8000`,
      logger,
      signal: stop,
      ...(demo &&
        embedded && {
          routes: { '/demo': demo.createRoutes },
          frontPage: demo.frontPage,
          async beforeReady(url: string) {
            banner = await demo.prepare(embedded.url, url)
          },
        }),
    })
    process.stdout.write(banner)
    if (!stop.aborted) await once(stop, 'abort')
    await service.close(endDelay)
  } catch (error) {
    // A start that a signal has aborted is not a failure.
    if (error !== stop.reason) throw error
  } finally {
    await embedded?.stop()
  }
}

/** What `apps/service/demo` adds to a service that is started without a database. */
export interface Demo {
  createRoutes: (origin: string) => Hono
  /** What is shown at `/`, as HTML. */
  frontPage: (origin: string) => Promise<string>
  /** Fills the database. @returns what to print for the user */
  prepare: (databaseUrl: string, origin: string) => Promise<string>
}

/**
 * The demo uses the service like any other program, so it is neither built nor typed with it. What
 * production installs lacks it, or the packages that it needs.
 */
async function loadDemo(): Promise<Demo> {
  const url = new URL('../demo/demo.ts', import.meta.url)
  try {
    const module = (await import(url.href)) as { default: Demo } // safe: demo.ts satisfies this type
    return module.default
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) {
      throw cause
    }
    throw new CommandError(
      'DATABASE_URL is missing; set it to the URL of a PostgreSQL database (only npm start in the repository runs a demo without one)',
      { cause },
    )
  }
}
