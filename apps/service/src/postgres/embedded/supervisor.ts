// Runs as a process of its own, which survives a Ctrl-C meant for its parent, so that the service
// can finish its work first; and which stops PostgreSQL even if the parent was killed.
import { rm } from 'node:fs/promises'
import { startCluster } from './cluster.ts'
import { createTempDirectory } from './folder.ts'

/** What the parent hears once. */
export type SupervisorMessage = { url: string } | { error: string }

const parentGone = new Promise<void>((resolve) => process.once('disconnect', resolve))
try {
  await serveIn(await createTempDirectory())
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) })
} finally {
  if (process.connected) process.disconnect()
}

async function serveIn(directory: string): Promise<void> {
  try {
    const cluster = await startCluster(directory)
    tell({ url: cluster.url })
    await parentGone
    await cluster.stop()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function tell(message: SupervisorMessage): void {
  if (process.connected) process.send?.(message)
}
