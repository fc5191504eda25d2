import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import { exportJWK, generateKeyPair } from 'jose'
import type { Database } from '../postgres/database.ts'
import type { Statement } from '../postgres/statement.ts'
import { commitOnDisk } from '../postgres/statement.ts'

// The database's clock decides which keys sign, since it is the same for all instances.
const find: Statement = {
  name: 'find-server-keys',
  text: 'SELECT value FROM server_keys ORDER BY signs_from > now(), generation DESC',
}

const save: Statement = {
  name: 'save-server-keys',
  text: `INSERT INTO server_keys (generation, value, signs_from) VALUES (1, $1, now())
    ON CONFLICT DO NOTHING RETURNING ${commitOnDisk}`,
}

/** A generation of the keys that sign ID tokens and cookies. */
export interface ServerKeys {
  signing: JWK
  cookie: string
}

/**
 * Loads the keys that all instances share. The first instance to start generates them.
 *
 * @returns all generations: first the one that signs, then those that only verify
 */
export async function loadServerKeys(database: Database): Promise<ServerKeys[]> {
  const stored = await database.query<{ value: ServerKeys }>(find, [])
  if (stored.length > 0) return stored.map(({ value }) => value)
  await database.execute(save, [await generateServerKeys()])
  return loadServerKeys(database)
}

export async function generateServerKeys(): Promise<ServerKeys> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const signing = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }
  return { signing, cookie: randomBytes(32).toString('base64url') }
}
