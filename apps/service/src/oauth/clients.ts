import type { AdapterPayload } from 'oidc-provider'
import type { Database } from '../postgres/database.ts'
import { hasNoNul } from '../postgres/statement.ts'
import { noteIds } from '../server/request-scope.ts'

const find = {
  name: 'find-client',
  text: `SELECT project_id, name, logo_url, redirect_uris, secret_hash, next_secret_hash
    FROM connected_apps WHERE connected_app_id = $1`,
}

/**
 * Finds a Connected App as an OAuth client. Its `client_secret` is the hash of the secret, or while
 * the secret is rotated, those of both.
 */
export async function findClient(
  database: Database,
  connectedAppId: string,
): Promise<AdapterPayload | undefined> {
  if (!hasNoNul(connectedAppId)) return undefined
  const [row] = await database.query<{
    project_id: string
    name: string
    logo_url: string | null
    redirect_uris: string[]
    secret_hash: Buffer | null
    next_secret_hash: Buffer | null
  }>(find, [connectedAppId])
  if (row === undefined) return undefined
  noteIds({ project_id: row.project_id, connected_app_id: connectedAppId })
  const hashes = [row.secret_hash, row.next_secret_hash].filter((hash) => hash !== null)
  return {
    client_id: connectedAppId,
    client_name: row.name,
    project_id: row.project_id,
    // With another value, oidc-provider would reject the client.
    ...(row.logo_url !== null && isHttps(row.logo_url) && { logo_uri: row.logo_url }),
    redirect_uris: row.redirect_uris,
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    ...(row.secret_hash === null
      ? { token_endpoint_auth_method: 'none' }
      : {
          token_endpoint_auth_method: 'client_secret_basic',
          client_secret: hashes.map((hash) => hash.toString('hex')).join(','),
        }),
  }
}

/** Whether a logo may be shown: over HTTP, anyone on the network could replace it. */
function isHttps(url: string): boolean {
  return URL.parse(url)?.protocol === 'https:'
}
