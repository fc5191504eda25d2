import { Hono } from 'hono'
import type { Database } from '../postgres/database.ts'

// A standby, or a server that ran out of disk, still reads; but a revoke must write.
const ping = {
  name: 'ping',
  text: "SELECT current_setting('transaction_read_only') = 'off' AS writable",
}

/** `live`: the process answers. `ready`: it can write to its database, and is not about to stop. */
export function healthRoutes(database: Database, isStopping: () => boolean) {
  const app = new Hono()
  app.get('/live', (page) => page.json({ live: true }))
  app.get('/ready', async (page) => {
    const ready = !isStopping() && (await isWritable(database))
    return page.json({ ready }, ready ? 200 : 503)
  })
  return app
}

/** Any failure means the same here; the pool's own listener logs what it was. */
function isWritable(database: Database): Promise<boolean> {
  return database.query<{ writable: boolean }>(ping, []).then(
    ([row]) => row?.writable === true,
    () => false,
  )
}
