/** What an authorization flow or a refresh brings. */
export interface Tokens {
  accessToken: string
  /** The one that was used, if refresh tokens don't rotate. */
  refreshToken: string
}

/** A client cuts its connection after this time, and never learns what came of the request. */
export interface Patience {
  cutAfterMs?: number
}

/**
 * One connection of one Member and one Connected App, as its clients can use it: the service over
 * HTTP, or a design that is known to be wrong. Undefined is a refusal.
 *
 * @throws {OutcomeUnknown} from each operation
 */
export interface System {
  /** How many browsers the Member is signed in with. Each one does one thing at a time. */
  browsers: number
  rotatesRefreshTokens: boolean
  request: (browser: number) => Promise<{ code: string } | { page: string | undefined }>
  look: (browser: number, page: string) => Promise<boolean>
  approve: (browser: number, page: string) => Promise<string | undefined>
  exchange: (code: string, patience?: Patience) => Promise<Tokens | undefined>
  refresh: (refreshToken: string, patience?: Patience) => Promise<Tokens | undefined>
  introspect: (token: string) => Promise<boolean>
  /** Gives a token back (RFC 7009). */
  giveBack: (token: string, kind: 'access_token' | 'refresh_token') => Promise<void>
  /** @returns something by which the revoke can be found again, if the system has such a thing */
  revoke: (patience?: Patience) => Promise<string | undefined>
}

/** No answer came, or one that says nothing: the operation may have had its effect or not. */
export class OutcomeUnknown extends Error {
  override name = 'OutcomeUnknown'
}

/** The client itself cut the connection, so the service is not to blame. */
export class CutByClient extends OutcomeUnknown {
  override name = 'CutByClient'
}
