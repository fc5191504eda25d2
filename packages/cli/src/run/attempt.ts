import type {
  Authorization,
  B2BClient,
  ConnectedAppsError,
  ErrorType,
} from '@connected-apps/client'
import { operations } from '@connected-apps/contract/operations'
import type { Outcome, Result } from '../outcome.ts'
import type { Target } from '../target.ts'
import { describeError } from './describe-error.ts'

const pathParameters: readonly string[] = operations.revokeConnectedApp.pathParameters

/** What an outcome contains of the response, or of its absence. */
export type Details = Pick<Outcome, 'status_code' | 'request_id' | 'error_type' | 'reason'>

/** What one request amounts to. */
export type Verdict = Details &
  (
    | { readonly kind: 'final'; readonly result: Result }
    /** Sent again after the pause, whose length the server may have set. */
    | { readonly kind: 'limited'; readonly retryAfterMs: number | undefined }
    /** Sent again a few times; the result is that of the last time. */
    | {
        readonly kind: 'transient'
        readonly result: Result
        /** For how long the server requests not to be called. */
        readonly retryAfterMs?: number | undefined
      }
    /** The API rejects the credentials, so that it would reject every other request, too. */
    | { readonly kind: 'credentials' }
  )

/**
 * Sends one request to revoke a target.
 *
 * @throws {ConnectedAppsError} for an argument that is wrong for every target, such as the session
 */
export async function attempt(
  client: B2BClient,
  target: Target,
  authorization: Authorization | undefined,
): Promise<Verdict> {
  // Retries are the business of the run: a 429 for one target is a pause for all.
  const options = { maxRetries: 0, ...(authorization && { authorization }) }
  const result = await client.organizations.members.connectedApps.tryRevoke(target, options)
  if (!result.ok) {
    const { error } = result
    if (error.kind === 'argument' && !pathParameters.includes(error.argument)) throw error
    return toVerdict(error)
  }
  const { status_code, request_id } = result.body
  return { kind: 'final', result: 'revoked', status_code, request_id: toLine(request_id) }
}

/** A session that the API rejects for one target is rejected for all. */
const SESSION_REJECTED: (string | undefined)[] = [
  'invalid_session_token',
  'unable_to_parse_session_jwt',
  'session_not_found',
] satisfies ErrorType<'revokeConnectedApp'>[]

const ROUTE_NOT_FOUND: ErrorType<'revokeConnectedApp'> = 'route_not_found'

/** Decides what an error means for the target and for the run. */
export function toVerdict(error: ConnectedAppsError): Verdict {
  const reason = toLine(describeError(error, isFromApi(error)))
  if (error.kind === 'argument') return { kind: 'final', result: 'failed', reason }
  if (error.kind !== 'http' && error.kind !== 'decode') {
    return { kind: 'transient', result: 'unknown', reason }
  }
  const { status_code, request_id, retryAfterMs } = error
  const error_type = error.kind === 'http' ? error.error_type : undefined
  const details = {
    status_code,
    request_id: toLine(request_id),
    error_type: toLine(error_type),
    reason,
  }
  if (status_code === 429) return { kind: 'limited', retryAfterMs, ...details }
  if (status_code === 401 || SESSION_REJECTED.includes(error_type)) {
    return { kind: 'credentials', ...details }
  }
  if (!isFromApi(error)) return { kind: 'transient', result: 'unknown', retryAfterMs, ...details }
  if (isTransient(status_code)) {
    return { kind: 'transient', result: 'failed', retryAfterMs, ...details }
  }
  return { kind: 'final', result: resultOf(status_code), ...details }
}

/** A page of a proxy, or of another server, proves nothing about the target, whatever its status. */
function isFromApi(error: ConnectedAppsError): boolean {
  if (error.kind !== 'http' || error.error_type === ROUTE_NOT_FOUND) return false
  return error.conforms || (error.error_type !== undefined && error.request_id !== undefined)
}

function isTransient(status: number): boolean {
  return [408, 425].includes(status) || (status >= 500 && status !== 501)
}

function resultOf(status: number): Result {
  if (status === 404) return 'not_found'
  return status === 403 ? 'forbidden' : 'failed'
}

const MAX_LINE_LENGTH = 500

/** What a server chose must neither control a terminal nor fill a disk. */
function toLine<Text extends string | undefined>(text: Text): Text | string {
  // Control characters, line separators, and the marks that reorder the text around them.
  return text && text.slice(0, MAX_LINE_LENGTH).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}
