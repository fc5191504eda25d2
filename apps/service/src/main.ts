import { contract } from '@connected-apps/contract/operations'
import { createCommand, runCommand } from '@connected-apps/node-http/command'
import type { Hono } from 'hono'
import { explainError } from './command-errors.ts'
import { readConfiguration } from './configuration.ts'
import { startEmbeddedPostgres } from './postgres/embedded/start.ts'
import { createLogger } from './server/logger.ts'
import { startService } from './service.ts'

const command = createCommand({
  name: 'connected-apps',
  version: `contract ${contract.version}`,
  description: `Runs the service of ${contract.title} ${contract.version}. It takes no arguments: set environment variables, which apps/service/README.md lists.`,
}).action(run)
await runCommand(command, { explain: explainError })

async function run(): Promise<void> {
  const { databaseUrl, logLevel, ...configuration } = readConfiguration(process.env)
  const isDemo = databaseUrl === undefined
  // People read the demo's output, which log lines would bury.
  const logger = createLogger(isDemo && !process.env['LOG_LEVEL'] ? 'error' : logLevel)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Not `once`, since npm passes on the Ctrl-C that the terminal has sent already, and a second
    // signal would end the process in the middle of its responses.
    process.on(signal, () => stopping.abort())
  }

  const demo = isDemo ? await loadDemo() : undefined
  const embedded = demo && (await startEmbeddedPostgres())
  try {
    const service = await startService({
      ...configuration,
      databaseUrl: databaseUrl ?? `${embedded?.url}?statement_timeout=8000`,
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
