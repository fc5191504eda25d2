import { DatabaseError } from 'pg'
import { WaitingForStandbyError } from '../postgres/commit-gate.ts'

/** Why a request got a 401. The log and the metrics show it to operators; the response does not. */
export const unauthorizedCauses = [
  'no_credentials',
  'unknown_project',
  'unknown_client',
  'wrong_secret',
  'invalid_token',
  'unknown_session',
] as const

export type UnauthorizedCause = (typeof unauthorizedCauses)[number]

/** Why a request failed: what an operator has to investigate. */
export const failureCauses = [
  'pool_exhausted',
  'statement_timeout',
  'query_timeout',
  'lock_timeout',
  'no_connection',
  'connection_lost',
  'read_only',
  'waiting_for_standby',
  'disk_full',
  'commit_failed',
  'database_error',
  'other',
] as const

export type FailureCause = (typeof failureCauses)[number]

export type Cause = UnauthorizedCause | FailureCause

/** A row stayed locked for longer than a request waits. */
export class LockTimeoutError extends Error {
  override readonly name = 'LockTimeoutError'
}

/** PostgreSQL reported a commit as done, but warned that a standby may lack it. */
export class UnconfirmedCommitError extends Error {
  override readonly name = 'UnconfirmedCommitError'

  constructor(warning: string) {
    super(`PostgreSQL did not confirm a commit: ${warning}`)
  }
}

/** Messages of `pg` and Node.js that have no code, or one that does not distinguish the causes. */
const messages: [RegExp, FailureCause][] = [
  [/^timeout exceeded when trying to connect/, 'pool_exhausted'],
  [/^Query read timeout/, 'query_timeout'],
  [/^Connection terminated due to connection timeout|^timeout expired/, 'no_connection'],
  [/^no server at DATABASE_URL accepts writes/, 'no_connection'],
  [/^connect E|getaddrinfo|SSL connection|certificate/, 'no_connection'],
  [
    /^Connection terminated|is not queryable$|after calling end|^(?:read|write) E/,
    'connection_lost',
  ],
]

/** PostgreSQL's error codes (SQLSTATE), or their first characters. */
const sqlStates: [string, FailureCause][] = [
  ['57014', 'statement_timeout'],
  ['55P03', 'lock_timeout'],
  ['40P01', 'lock_timeout'],
  ['25006', 'read_only'],
  ['53100', 'disk_full'],
  // Too many connections, and a server that is starting up.
  ['53300', 'no_connection'],
  ['57P03', 'no_connection'],
  // A server that shuts down or has crashed.
  ['57P', 'connection_lost'],
  ['08', 'connection_lost'],
]

/** Finds the cause of a failure. `other` is a bug in the service, or a cause that is not listed yet. */
export function causeOf(error: unknown): FailureCause {
  if (error instanceof LockTimeoutError) return 'lock_timeout'
  if (error instanceof WaitingForStandbyError) return 'waiting_for_standby'
  if (error instanceof UnconfirmedCommitError) return 'commit_failed'
  if (error instanceof DatabaseError) {
    const { code = '' } = error
    return sqlStates.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'database_error'
  }
  if (!(error instanceof Error)) return 'other'
  // The error for a host with several addresses, which has a code, but no message.
  if (error instanceof AggregateError && 'code' in error) return 'no_connection'
  return messages.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'other'
}
