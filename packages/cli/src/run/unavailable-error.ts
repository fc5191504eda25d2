/** Why a run stopped by itself. */
export type UnavailableReason =
  /** Nothing but failures came from the server, for `maxDownMs` or for all targets, or it requests a very long pause. */
  | 'down'
  /** The API rejects the project's credentials or the session, or forbids every target. */
  | 'credentials'
  /** The server responds with 429 to whatever is sent, however long the pauses, or requests a very long one. */
  | 'rate_limit'

/**
 * A run stopped by itself, so that it does not fail for every target that is left. Each target that
 * was sent has had its outcome before; run the others, and those that are `unknown`, again.
 */
export class UnavailableError extends Error {
  static {
    this.prototype.name = 'UnavailableError'
  }

  readonly reason: UnavailableReason
  /** The status of the last response; undefined if there was none. */
  readonly status_code: number | undefined

  constructor(reason: UnavailableReason, message: string, status_code?: number) {
    super(message)
    this.reason = reason
    this.status_code = status_code
  }
}
