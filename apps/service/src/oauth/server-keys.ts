import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import { exportJWK, generateKeyPair } from 'jose'
import type { Database, Statement } from '../postgres/database.ts'
import { commitOnDisk } from '../postgres/database.ts'

const find: Statement = {
  name: 'find-server-keys',
  text: "SELECT value FROM server_keys WHERE name = 'oauth'",
}

const save: Statement = {
  name: 'save-server-keys',
  text: `INSERT INTO server_keys (name, value) VALUES ('oauth', $1) ON CONFLICT DO NOTHING
    RETURNING ${commitOnDisk}`,
}

/** The keys that sign ID tokens and cookies. */
export interface ServerKeys {
  signing: JWK
  cookies: string[]
}

/** Loads the keys that all instances share. The first instance to start generates them. */
export async function loadServerKeys(database: Database): Promise<ServerKeys> {
  const [stored] = await database.query<{ value: ServerKeys }>(find, [])
  if (stored !== undefined) return stored.value
  await database.execute(save, [await generateServerKeys()])
  return loadServerKeys(database)
}

async function generateServerKeys(): Promise<ServerKeys> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const signing = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }
  return { signing, cookies: [randomBytes(32).toString('base64url')] }
}
