import type { ErrorStatus, ResponseBody, Status, SuccessStatus } from '@connected-apps/contract'
import { checkResponseBody, isStatus, mediaType } from '@connected-apps/contract/compact'
import type { ConnectedAppsError, DecodeReason } from './errors.ts'
import { failed } from './errors.ts'
import { redact } from './redact.ts'
import { retryAfterMs } from './retry-after.ts'
import { tried } from './tried.ts'

/** An answer whose body was read. */
export interface Received {
  response: Pick<Response, 'status' | 'redirected' | 'headers'>
  /** Undefined if it is too large to be read. */
  text: string | undefined
}

export type Revoked = ResponseBody<SuccessStatus>

const SUCCESS: SuccessStatus = 200
const MAX_MESSAGE_LENGTH = 500

/** What the contract makes of an answer. */
export function readAnswer(
  { response, text }: Received,
  attempts: number,
  date: number,
  secrets: readonly string[],
): Revoked | ConnectedAppsError {
  const { status, headers } = response
  const isJson = headers.get('content-type')?.toLowerCase().split(/\s*;/)[0] === mediaType
  const body = parse(text ?? '', secrets)
  const unread = reasonOf(response, text, isJson, body)
  const violations = unread ? [] : checkResponseBody(status as Status, body) // unless there is a reason
  const reason = unread ?? (violations[0] && 'contract')
  if (!reason && status === SUCCESS) return body as Revoked // no violations

  const envelope = Object(body) as ResponseBody<ErrorStatus> // unless there is a reason
  const { request_id, error_type, error_message, error_url, error_details } = envelope
  const told = reason
    ? `breaks the contract (${reason}${violations.map((each) => ` ${each.pointer} ${each.message}`).join()})`
    : `${error_type}: ${error_message}`
  const requestId = typeof request_id === 'string' ? request_id : undefined
  const named = requestId ? `; request_id ${requestId}` : ''
  const message = oneLine(`revoke: ${status} ${told}${named}`)
  const fields = {
    attempts,
    status_code: status as ErrorStatus, // unless there is a reason
    request_id: requestId,
    retryAfterMs: retryAfterMs(headers.get('retry-after') ?? '', date),
  }
  if (reason) return failed('decode', message, { ...fields, reason, violations })
  return failed('http', message, {
    ...fields,
    error_type,
    error_message,
    error_url,
    error_details,
    body: envelope,
  })
}

/** Why there is no body to check, if there is none. */
function reasonOf(
  { status, redirected }: Received['response'],
  text: string | undefined,
  isJson: boolean,
  body: unknown,
): DecodeReason | undefined {
  // Browsers show a redirect as 0, Node.js as it is, and a custom fetch may have followed it.
  if (redirected || /^[03]/.test(`${status}`)) return 'redirect'
  if (text === undefined) return 'size'
  if (!isStatus(status)) return 'status'
  if (!isJson) return 'media type'
  return body === undefined ? 'json' : undefined
}

// What a server sends must neither flood a log nor forge its lines.
function oneLine(text: string): string {
  return text.slice(0, MAX_MESSAGE_LENGTH).replace(/\p{Cc}/gu, ' ')
}

// Written anew, each secret is spelled in one way, in names as in values.
function parse(text: string, secrets: readonly string[]): unknown {
  return tried(() => JSON.parse(redact(JSON.stringify(JSON.parse(text)), secrets)) as unknown) // not any
}
