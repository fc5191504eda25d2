/**
 * What the clients of one connection (a Member and a Connected App) do. Everything that an
 * operation names is a name of the test's own: codes `c1`, access tokens `a1`, refresh tokens
 * `r1`, consent pages `p1`, grants `g1`.
 */
export type Operation =
  /** Begins an authorization flow: a code at once if the remembered grant is alive, else a page. */
  | { kind: 'request'; page: string; remembered: string | undefined }
  /** Looks at a consent page again. */
  | { kind: 'look'; page: string }
  /** Approves a consent page, which makes a grant and a code. */
  | { kind: 'approve'; page: string; grant: string }
  | { kind: 'exchange'; token: string; grant: string }
  /** A public client's refresh token is used up by this. */
  | { kind: 'refresh'; token: string; grant: string; rotates: boolean }
  | { kind: 'introspect'; token: string; grant: string }
  /** The Connected App gives one access token back (RFC 7009). */
  | { kind: 'discard'; token: string; grant: string }
  /** The Connected App gives a refresh token back (RFC 7009), which ends its grant. */
  | { kind: 'end'; token: string; grant: string }
  /** The operation that all this is about: the Connected App loses its access to the Member. */
  | { kind: 'revoke' }

/** An operation as a client saw it. Times are of one monotonic clock, in milliseconds. */
export interface Call {
  operation: Operation
  client: string
  invokedAt: number
  /** Infinite if no answer came: the operation may have an effect at any later time, or none. */
  answeredAt: number
  /**
   * Whether it brought what was asked for: a code, a page, tokens, `active`. Undefined if no
   * answer came.
   */
  succeeded: boolean | undefined
  /** Why no answer came, unless the client itself had cut the connection. */
  failure?: string
  /** Names of what it brought. */
  brought: string[]
}

/** One line for each call, in the order of their beginnings. */
export function describe(history: Call[]): string {
  const start = Math.min(...history.map((call) => call.invokedAt))
  return history
    .toSorted((left, right) => left.invokedAt - right.invokedAt)
    .map(({ operation, client, invokedAt, answeredAt, succeeded, brought }) => {
      const { kind, ...names } = operation
      const outcome = succeeded === undefined ? 'no answer' : succeeded ? 'yes' : 'no'
      const times = [invokedAt, answeredAt].map((time) => (time - start).toFixed(2).padStart(9))
      return [
        `${times.join(' ')}  ${client.padEnd(8)} ${kind} ${Object.values(names).join(' ')}`.padEnd(
          54,
        ),
        outcome,
        brought.join(' '),
      ].join('  ')
    })
    .join('\n')
}
