import type { ErrorStatus, ResponseBody, SuccessStatus, Violation } from '@connected-apps/contract'
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
  const body = text && isJson ? parse(text, secrets) : undefined
  const violations = body !== undefined && isStatus(status) ? checkResponseBody(status, body) : []
  const reason = reasonOf(response, text, isJson, body, violations)
  if (!reason && status === SUCCESS) return body as Revoked // no violations

  const envelope = Object(body) as ResponseBody<ErrorStatus> // unless there is a reason
  const { request_id, error_type, error_message, error_url, error_details } = envelope
  const told = reason
    ? `the answer breaks the contract (${reason}${violations.map((each) => ` ${each.pointer} ${each.message}`).join()})`
    : `${error_type}: ${error_message}`
  const message = oneLine(`revoke: ${status} ${told}; request_id ${request_id}`)
  const fields = {
    attempts,
    status_code: status as ErrorStatus, // unless there is a reason
    request_id: typeof request_id === 'string' ? request_id : undefined,
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

/** Why an answer is none of the contract's, if it is none. */
function reasonOf(
  { status, redirected }: Received['response'],
  text: string | undefined,
  isJson: boolean,
  body: unknown,
  violations: readonly Violation[],
): DecodeReason | undefined {
  // Browsers show a redirect as 0, Node.js as it is, and a custom fetch may have followed it.
  if (redirected || !status || (status >= 300 && status < 400)) return 'redirect'
  if (text === undefined) return 'size'
  if (!isStatus(status)) return 'status'
  if (!isJson) return 'media type'
  if (body === undefined) return 'json'
  return violations[0] && 'contract'
}

// What a server sends must neither flood a log nor forge its lines.
function oneLine(text: string): string {
  return text.slice(0, MAX_MESSAGE_LENGTH).replace(/\p{Cc}/gu, ' ')
}

function parse(text: string, secrets: readonly string[]): unknown {
  return tried(() =>
    JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' ? redact(value, secrets) : value,
    ),
  )
}
