import { Hono } from 'hono'
import type { JSONWebKeySet } from 'jose'
import type { Database } from './postgres/database.ts'
import { isText } from './postgres/text.ts'
import { publicPartOf } from './public-keys.ts'

const find = {
  name: 'find-session-keys',
  text: 'SELECT session_jwks FROM projects WHERE project_id = $1',
}

/** The public keys of a project's session JWTs, where upstream serves them; others are no route. */
export function sessionKeysRoute(database: Database) {
  const app = new Hono()
  app.get('/:project_id', async (page, next) => {
    const projectId = page.req.param('project_id')
    const [row] = isText(projectId)
      ? await database.query<{ session_jwks: JSONWebKeySet }>(find, [projectId])
      : []
    return row === undefined ? next() : page.json(publicPartOf(row.session_jwks))
  })
  return app
}
