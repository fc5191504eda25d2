import type {
  ClientOperation,
  ErrorStatus,
  OperationId,
  ResponseBody,
  SuccessStatus,
} from '@connected-apps/contract'
import { checkResponseBody, declaresStatus, hasMediaType } from '@connected-apps/contract'
import type { ConnectedAppsError, DecodeReason } from './errors.ts'
import { createError } from './errors.ts'
import { orUndefined } from './input.ts'
import { methodName } from './options.ts'
import { redact } from './redact.ts'
import { parseRetryAfter } from './retry.ts'
import type { RawResponse } from './transport.ts'

/** The body of a successful response. */
export type SuccessBody<Id extends OperationId> = ResponseBody<Id, SuccessStatus<Id>>

const MAX_MESSAGE_LENGTH = 500

/** The body of a successful response, or the error that the response amounts to. */
export function parseResponse<Id extends OperationId>(
  operation: ClientOperation<Id>,
  { response, text }: RawResponse,
  attempts: number,
  date: number,
  secrets: readonly string[],
): SuccessBody<Id> | ConnectedAppsError {
  const { status, headers } = response
  const body = parseRedacted(text ?? '', secrets)
  const unreadableReason = findUnreadableReason(operation, response, text, body)
  const violations = unreadableReason ? [] : checkResponseBody(operation, status, body)
  const reason = unreadableReason ?? (violations[0] && 'contract')
  if (!reason && status === operation.successStatus) {
    return body as SuccessBody<Id> // safe: no `reason` means that the body matches the contract
  }

  // The cast is safe: if there is a `reason`, only `request_id` is used, after a check.
  const envelope = Object(body) as ResponseBody<OperationId, ErrorStatus>
  const { request_id, error_type, error_message, error_url, error_details } = envelope
  const summary = reason
    ? `breaks the contract (${reason}${violations.map((each) => ` ${each.pointer} ${each.message}`).join()})`
    : `${error_type}: ${error_message}`
  const requestId = typeof request_id === 'string' ? request_id : undefined
  const requestIdSuffix = requestId ? `; request_id ${requestId}` : ''
  // What a server sends must neither flood a log nor forge log lines.
  const message = `${methodName(operation)}: ${status} ${summary}${requestIdSuffix}`
    .slice(0, MAX_MESSAGE_LENGTH)
    .replace(/\p{Cc}/gu, ' ')
  const fields = {
    attempts,
    status_code: status as ErrorStatus, // safe: only a DecodeError has another status, and its type allows any
    request_id: requestId,
    retryAfterMs: parseRetryAfter(headers.get('retry-after') ?? '', date),
  }
  if (reason) return createError('decode', message, { ...fields, reason, violations })
  return createError('http', message, {
    ...fields,
    error_type,
    error_message,
    error_url,
    error_details,
    body: envelope,
  })
}

/** Why the body cannot be checked against the contract, or undefined if it can. */
function findUnreadableReason(
  operation: ClientOperation,
  { status, redirected, headers }: RawResponse['response'],
  text: string | undefined,
  body: unknown,
): DecodeReason | undefined {
  // Browsers report a redirect as status 0, Node.js as its own status. A custom fetch may have followed it.
  if (redirected || /^[03]/.test(`${status}`)) return 'redirect'
  if (text === undefined) return 'size'
  if (!declaresStatus(operation, status)) return 'status'
  if (!hasMediaType(headers.get('content-type'), operation.mediaType)) return 'media type'
  return body === undefined ? 'json' : undefined
}

// JSON can escape a character in several ways. Serializing the parsed body again leaves one form,
// so that a secret is found in property names as well as in values.
function parseRedacted(text: string, secrets: readonly string[]): unknown {
  return orUndefined(
    () => JSON.parse(redact(JSON.stringify(JSON.parse(text)), secrets)) as unknown, // JSON.parse returns any
  )
}
