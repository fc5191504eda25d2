// Runs as a process of its own, which survives a Ctrl-C meant for its parent, so that the service
// can finish its work first; and which stops PostgreSQL even if the parent was killed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCluster } from './cluster.ts'

/** What the parent hears once. */
export type HostMessage = { url: string } | { error: string }

const parentGone = new Promise<void>((resolve) => process.once('disconnect', resolve))
const directory = await mkdtemp(join(tmpdir(), 'connected-apps-'))
try {
  const cluster = await startCluster(directory)
  tell({ url: cluster.url })
  await parentGone
  await cluster.stop()
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) })
} finally {
  await rm(directory, { recursive: true, force: true })
  if (process.connected) process.disconnect()
}

function tell(message: HostMessage): void {
  if (process.connected) process.send?.(message)
}
