/**
 * What the clients of one authorization (a Member and a Connected App) do. Operations refer to
 * things by the test's own names: codes `c1`, access tokens `a1`, refresh tokens `r1`, consent
 * pages `p1`, grants `g1`.
 */
export type Operation =
  /** Starts an authorization flow. It produces a code if the remembered grant is active, else a page. */
  | { kind: 'request'; page: string; remembered: string | undefined }
  /** Loads a consent page again. */
  | { kind: 'reload'; page: string }
  /** Approves a consent page, which creates a grant and a code. */
  | { kind: 'approve'; page: string; grant: string }
  | { kind: 'exchange'; token: string; grant: string }
  /**
   * Consumes the refresh token if the client is public. Whether it may be repeated after that does
   * not depend on the time, since a history is shorter than the interval, unless that is zero.
   */
  | { kind: 'refresh'; token: string; grant: string; rotates: boolean; isRepeatable: boolean }
  | { kind: 'introspect'; token: string; grant: string }
  /** The Connected App revokes an access token (RFC 7009). */
  | { kind: 'revokeAccessToken'; token: string; grant: string }
  /** The Connected App revokes a refresh token (RFC 7009), which ends its grant. */
  | { kind: 'revokeRefreshToken'; token: string; grant: string }
  /** *Revoke Connected App*, the operation under test. */
  | { kind: 'revoke' }

/** An operation as a client observed it. Times are milliseconds of one monotonic clock. */
export interface Call {
  operation: Operation
  client: string
  invokedAt: number
  /** Infinite without a response: the operation may take effect at any later time, or never. */
  completedAt: number
  /**
   * Whether it produced what was requested: a code, a page, tokens, `active`. Undefined without a
   * response.
   */
  succeeded: boolean | undefined
  /** Why there was no response, unless the client itself aborted the request. */
  failure?: string
  /** Names of what it produced. */
  produced: string[]
}

/** Describes each call in one line, in the order of invocation. */
export function describe(history: Call[]): string {
  const start = Math.min(...history.map((call) => call.invokedAt))
  return history
    .toSorted((left, right) => left.invokedAt - right.invokedAt)
    .map(({ operation, client, invokedAt, completedAt, succeeded, produced }) => {
      const { kind, ...names } = operation
      const outcome = succeeded === undefined ? 'no response' : succeeded ? 'yes' : 'no'
      const times = [invokedAt, completedAt].map((time) => (time - start).toFixed(2).padStart(9))
      return [
        `${times.join(' ')}  ${client.padEnd(8)} ${kind} ${Object.values(names).join(' ')}`.padEnd(
          54,
        ),
        outcome,
        produced.join(' '),
      ].join('  ')
    })
    .join('\n')
}
