import { Hono } from 'hono'
import type { Database } from './postgres/database.ts'

const ping = { name: 'ping', text: 'SELECT 1' }

/** `live`: the process answers. `ready`: it has its database, and is not about to stop. */
export function healthRoutes(database: Database, isStopping: () => boolean) {
  const app = new Hono()
  app.get('/live', (page) => page.json({ live: true }))
  app.get('/ready', async (page) => {
    const ready = !isStopping() && (await isReachable(database))
    return page.json({ ready }, ready ? 200 : 503)
  })
  return app
}

/** Any failure means the same here; the pool's own listener logs what it was. */
function isReachable(database: Database): Promise<boolean> {
  return database.query(ping, []).then(
    () => true,
    () => false,
  )
}
