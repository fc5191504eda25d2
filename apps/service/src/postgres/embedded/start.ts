import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SupervisorMessage } from './supervisor.ts'

/** A PostgreSQL server that runs until this process exits at the latest. Then its data is deleted. */
export interface EmbeddedPostgres {
  url: string
  stop: () => Promise<void>
}

/** The extension is this module's own: tests run the sources, `pnpm start` runs the build. */
const supervisor = fileURLToPath(
  new URL(`./supervisor${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
)

/**
 * Starts a PostgreSQL server with an empty database in a temporary directory.
 *
 * @throws if there is no PostgreSQL for this platform, or it can't start
 * @example
 * const postgres = await startEmbeddedPostgres()
 * console.log(postgres.url) // postgres://postgres:…@127.0.0.1:…/postgres
 * await postgres.stop()
 */
export async function startEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const child = fork(supervisor, { detached: true, execArgv: [], stdio: 'ignore' })
  const exited = once(child, 'exit')
  const message = await Promise.race([
    once(child, 'message').then(([first]) => first as SupervisorMessage), // supervisor.ts sends nothing else
    exited.then((): SupervisorMessage => ({ error: 'its supervisor process ended' })),
  ])
  if ('error' in message) throw new Error(`the embedded PostgreSQL failed: ${message.error}`)
  return {
    url: message.url,
    async stop() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}
