import { Hono } from 'hono'
import type { JSONWebKeySet, JWK } from 'jose'
import type { Database } from '../postgres/database.ts'
import { hasNoNul } from '../postgres/statement.ts'

const find = {
  name: 'find-session-jwks',
  text: 'SELECT session_jwks FROM projects WHERE project_id = $1',
}

/**
 * Serves the public keys of a project's session JWTs, under the same path as upstream. For an unknown
 * project, the next route handles the request.
 */
export function sessionJwksRoute(database: Database) {
  const app = new Hono()
  app.get('/:project_id', async (c, next) => {
    const projectId = c.req.param('project_id')
    const [row] = hasNoNul(projectId)
      ? await database.query<{ session_jwks: JSONWebKeySet }>(find, [projectId])
      : []
    return row === undefined ? next() : c.json(toPublicKeySet(row.session_jwks))
  })
  return app
}

/** The public parameters of RSA, EC and OKP keys, and those for the use of a key. */
const publicParameters = [
  'kty',
  'use',
  'key_ops',
  'alg',
  'kid',
  'x5c',
  'x5t',
  'x5t#S256',
  'n',
  'e',
  'crv',
  'x',
  'y',
] as const

/** Keeps the public parameters of each key, and drops symmetric keys (RFC 7518) altogether. */
export function toPublicKeySet({ keys }: JSONWebKeySet): JSONWebKeySet {
  return { keys: keys.filter(({ kty }) => kty !== 'oct').map(toPublicKey) }
}

function toPublicKey(key: JWK): JWK {
  return Object.fromEntries(
    publicParameters.filter((name) => name in key).map((name) => [name, key[name]]),
  )
}
