/** What an authorization flow or a refresh produces. */
export interface Tokens {
  accessToken: string
  /** The same one as before, if refresh tokens don't rotate. */
  refreshToken: string
}

/** After this time a client aborts its request, and so never learns the outcome. */
export interface AbortOptions {
  abortAfterMs?: number
}

/**
 * One authorization (a Member and a Connected App) as its clients use it: the service over HTTP, or
 * a design that is known to be flawed. Operations return undefined if they are rejected.
 *
 * @throws {OutcomeUnknown} from every operation
 */
export interface System {
  /** How many browsers the Member is signed in with. Each has one request at a time. */
  browsers: number
  rotatesRefreshTokens: boolean
  /** Whether a refresh may be repeated with the same token, for longer than a history takes. */
  isRefreshRepeatable: boolean
  request: (browser: number) => Promise<{ code: string } | { page: string | undefined }>
  reload: (browser: number, page: string) => Promise<boolean>
  approve: (browser: number, page: string) => Promise<string | undefined>
  exchange: (code: string, options?: AbortOptions) => Promise<Tokens | undefined>
  refresh: (refreshToken: string, options?: AbortOptions) => Promise<Tokens | undefined>
  introspect: (token: string) => Promise<boolean>
  /** Revokes one token (RFC 7009). */
  revokeToken: (token: string, kind: 'access_token' | 'refresh_token') => Promise<void>
  /** @returns an identifier of the revoke, if the system has one */
  revoke: (options?: AbortOptions) => Promise<string | undefined>
}

/** There was no response, or a 5xx: the operation may have taken effect or not. */
export class OutcomeUnknown extends Error {
  override name = 'OutcomeUnknown'
}

/** The client itself aborted the request, so this is no failure of the service. */
export class AbortedByClient extends OutcomeUnknown {
  override name = 'AbortedByClient'
}
