import { Hono } from 'hono'
import type { JSONWebKeySet, JWK } from 'jose'
import type { Database } from '../postgres/database.ts'
import { hasNoNul } from '../postgres/text.ts'

const find = {
  name: 'find-session-jwks',
  text: 'SELECT session_jwks FROM projects WHERE project_id = $1',
}

/** The public keys of a project's session JWTs, where upstream serves them; others are no route. */
export function sessionJwksRoute(database: Database) {
  const app = new Hono()
  app.get('/:project_id', async (page, next) => {
    const projectId = page.req.param('project_id')
    const [row] = hasNoNul(projectId)
      ? await database.query<{ session_jwks: JSONWebKeySet }>(find, [projectId])
      : []
    return row === undefined ? next() : page.json(publicPartOf(row.session_jwks))
  })
  return app
}

/** The public members of RSA, elliptic curve and octet key pairs, and what says how to use them. */
const publicMembers = [
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

/** What may be published of a key set: no private member, and no secret key at all (RFC 7518). */
export function publicPartOf({ keys }: JSONWebKeySet): JSONWebKeySet {
  return { keys: keys.filter(({ kty }) => kty !== 'oct').map(publicPartOfKey) }
}

function publicPartOfKey(key: JWK): JWK {
  return Object.fromEntries(
    publicMembers.filter((name) => name in key).map((name) => [name, key[name]]),
  )
}
