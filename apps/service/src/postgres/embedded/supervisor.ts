// Runs PostgreSQL from a separate process. A Ctrl-C that is meant for the parent does not reach it,
// so the service can send its pending responses first; and it stops PostgreSQL even if the parent
// was killed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { startCluster } from './cluster.ts'

/** The one message that the parent receives. */
export type SupervisorMessage = { url: string } | { error: string }

const parentExited = new Promise<void>((exited) => process.once('disconnect', exited))
try {
  await superviseIn(await createTempDirectory())
} catch (error) {
  notifyParent({ error: error instanceof Error ? error.message : String(error) })
} finally {
  if (process.connected) process.disconnect()
}

async function superviseIn(directory: string): Promise<void> {
  try {
    const cluster = await startCluster(directory)
    notifyParent({ url: cluster.url })
    await parentExited
    await cluster.stop()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function notifyParent(message: SupervisorMessage): void {
  if (process.connected) process.send?.(message)
}

/** @throws an error that names the system's temporary directory, and says what to do */
async function createTempDirectory(): Promise<string> {
  try {
    return await mkdtemp(resolve(tmpdir(), 'connected-apps-'))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException // node:fs rejects with nothing else
    throw new Error(
      `cannot use the temporary directory ${tmpdir()} (${code}); set TMPDIR to another`,
      { cause },
    )
  }
}
