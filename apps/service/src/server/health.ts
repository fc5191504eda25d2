import { contract } from '@connected-apps/contract/operations'
import { Hono } from 'hono'
import type { Database } from '../postgres/database.ts'

// A standby, or a server whose disk is full, can still be read; but a revoke has to write.
const checkWritable = {
  name: 'check-writable',
  text: "SELECT current_setting('transaction_read_only') = 'off' AS writable",
}

/**
 * `/live`: the process responds. `/ready`: it can write to its database, and is not shutting down.
 * Both name the version of the contract that it implements.
 */
export function healthRoutes(database: Database, isStopping: () => boolean) {
  const app = new Hono()
  app.get('/live', (c) => c.json({ live: true, contract: contract.version }))
  app.get('/ready', async (c) => {
    const ready = !isStopping() && (await isWritable(database))
    return c.json({ ready, contract: contract.version }, ready ? 200 : 503)
  })
  return app
}

/** Any failure means "not writable"; the pool's error listener logs the reason. */
function isWritable(database: Database): Promise<boolean> {
  return database.query<{ writable: boolean }>(checkWritable, []).then(
    ([row]) => row?.writable === true,
    () => false,
  )
}
