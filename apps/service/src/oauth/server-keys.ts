import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import { exportJWK, generateKeyPair } from 'jose'
import type { Database, Statement } from '../postgres/database.ts'

const find: Statement = {
  name: 'find-server-keys',
  text: "SELECT value FROM server_keys WHERE name = 'oauth'",
}

const keep: Statement = {
  name: 'keep-server-keys',
  text: "INSERT INTO server_keys (name, value) VALUES ('oauth', $1) ON CONFLICT DO NOTHING",
}

/** What each instance signs ID tokens and cookies with. */
export interface ServerKeys {
  signing: JWK
  cookies: string[]
}

/** The keys that all instances share; the first one to start makes them. */
export async function loadServerKeys(database: Database): Promise<ServerKeys> {
  const [stored] = await database.query<{ value: ServerKeys }>(find, [])
  if (stored !== undefined) return stored.value
  await database.execute(keep, [await makeServerKeys()])
  return loadServerKeys(database)
}

async function makeServerKeys(): Promise<ServerKeys> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const signing = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }
  return { signing, cookies: [randomBytes(32).toString('base64url')] }
}
