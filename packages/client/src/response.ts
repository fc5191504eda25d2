import type {
  ClientOperation,
  OperationId,
  ResponseBody,
  ResponseViolation,
  SuccessStatus,
} from '@connected-apps/contract'
import { checkResponseBody, checkResponseContent, hasMediaType } from '@connected-apps/contract'
import type { ConnectedAppsError, DecodeReason } from './errors.ts'
import { createError, methodName } from './errors.ts'
import type { FetchResponse } from './fetch.ts'
import { member, orUndefined, own, ownString } from './input.ts'
import type { Redactor } from './redact.ts'
import { parseRetryAfter } from './retry.ts'
import type { RawResponse } from './transport.ts'

/** The body of a successful response. */
export type SuccessBody<Id extends OperationId> = ResponseBody<Id, SuccessStatus<Id>>

/** What a response amounts to. */
export type Outcome<Id extends OperationId> =
  | { body: SuccessBody<Id>; error: undefined }
  | { body: undefined; error: ConnectedAppsError }

/** What parsing depends on, besides the response itself. */
export interface ResponseContext {
  attempts: number
  /** Milliseconds since the epoch. */
  date: number
  /** For the body of a success, in which the values of extra headers may be ordinary data. */
  resultRedactor: Redactor
  errorRedactor: Redactor
}

const MAX_SUMMARY_LENGTH = 400
const MAX_ID_LENGTH = 100

// With these, support can find a request in the logs of the API, or of a proxy in front of it.
const SUPPORT_HEADERS = [
  'age',
  'cf-ray',
  'content-type',
  'date',
  'retry-after',
  'server',
  'via',
  'x-amz-cf-id',
  'x-amzn-requestid',
  'x-cache',
  'x-request-id',
]

/** The body of a success that can be trusted, or the error that the response amounts to. */
export function parseResponse<Id extends OperationId>(
  operation: ClientOperation<Id>,
  raw: RawResponse,
  context: ResponseContext,
): Outcome<Id> {
  const { response, text = '' } = raw
  const { resultRedactor, errorRedactor } = context
  const value = orUndefined<unknown>(() => JSON.parse(text))
  let reason: DecodeReason | undefined
  if (response.status >= 200 && response.status < 300) {
    const body = resultRedactor.isClean(text) ? value : resultRedactor.value(value)
    reason = findDecodeReason(operation, raw, body)
    if (!reason) return { body: body as SuccessBody<Id>, error: undefined } // safe: without a reason, it matches the contract
  }
  const error = toError(operation, raw, errorRedactor.value(value), reason, context)
  return { body: undefined, error }
}

/** Why a success cannot be trusted, or undefined if it can. */
function findDecodeReason(
  operation: ClientOperation,
  { response, text }: RawResponse,
  body: unknown,
): DecodeReason | undefined {
  const { status, headers } = response
  if (member(response, 'redirected')) return 'redirect' // the client follows none, but a custom fetch may
  // A cache adds the age of its copy; anything other than zero is not trusted.
  if (!/^[0,\s]*$/.test(headers.get('age') ?? '')) return 'cached'
  if (status !== operation.successStatus) return 'status'
  if (text === undefined) return 'size'
  if (!hasMediaType(headers.get('content-type') ?? null, operation.mediaType)) return 'media type'
  if (body === undefined) return 'json'
  return checkResponseBody(operation, status, body).length > 0 ? 'contract' : undefined
}

function toError(
  operation: ClientOperation,
  { response, text }: RawResponse,
  body: unknown,
  reason: DecodeReason | undefined,
  { attempts, date, errorRedactor: redactor }: ResponseContext,
): ConnectedAppsError {
  const { status, headers } = response
  const violations = findViolations(operation, response, text).map((violation) => ({
    ...violation,
    // The server may have chosen a name in it, or the media type.
    where: redactor.text(violation.where),
    message: redactor.text(violation.message),
  }))
  const fields = {
    attempts,
    status_code: status,
    request_id: ownString(body, 'request_id'),
    violations,
    headers: supportHeaders(headers, redactor),
    retryAfterMs: parseRetryAfter(headers.get('retry-after') ?? '', date),
  }
  if (reason) {
    const summary = (own(DECODE_MESSAGES, reason) as string | undefined) ?? summarize(violations)
    return createError('decode', toMessage(operation, fields, summary), { ...fields, reason })
  }
  const error_type = ownString(body, 'error_type')
  const error_message = ownString(body, 'error_message')
  const reported = [error_type, error_message].filter((each) => each !== undefined).join(': ')
  return createError('http', toMessage(operation, fields, reported || summarize(violations)), {
    ...fields,
    conforms: violations.length === 0,
    error_type,
    error_message,
    error_url: ownString(body, 'error_url'),
    error_details: own(body, 'error_details'),
    body,
  })
}

function findViolations(
  operation: ClientOperation,
  response: FetchResponse,
  text: string | undefined,
): ResponseViolation[] {
  const { status, headers } = response
  if (member(response, 'redirected'))
    return [{ part: 'status', where: '', message: DECODE_MESSAGES.redirect }]
  if (text === undefined) return [{ part: 'body', where: '', message: DECODE_MESSAGES.size }]
  return checkResponseContent(operation, { status, headers, body: text })
}

/** The messages for what the contract itself does not cover. */
const DECODE_MESSAGES = {
  redirect: 'comes from a redirect, which the given fetch followed',
  cached: 'comes from a cache, so the API may not have received the request',
  size: 'is larger than maxResponseBytes',
}

const MAX_SHOWN_VIOLATIONS = 5

function summarize(violations: readonly ResponseViolation[]): string {
  const shown = violations
    .slice(0, MAX_SHOWN_VIOLATIONS)
    .map(({ part, where, message }) =>
      [part === 'media type' ? '' : part, where, message].filter((each) => each !== '').join(' '),
    )
  return `violates the contract: ${shown.join(', ')}`
}

/** Builds an error message. Text from a server must neither flood a log nor forge log lines. */
function toMessage(
  operation: ClientOperation,
  { status_code, request_id }: { status_code: number; request_id: string | undefined },
  summary: string,
): string {
  const suffix = request_id === undefined ? '' : `; request_id ${request_id}`
  const shown = summary.slice(0, MAX_SUMMARY_LENGTH)
  return `${methodName(operation)}: ${status_code} ${shown}${suffix.slice(0, MAX_ID_LENGTH)}`.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    ' ',
  )
}

function supportHeaders(
  headers: FetchResponse['headers'],
  redactor: Redactor,
): Record<string, string> {
  const found = SUPPORT_HEADERS.map((name) => [name, headers.get(name)] as const)
  return Object.fromEntries(
    found.flatMap(([name, value]) =>
      typeof value !== 'string' ? [] : [[name, redactor.text(value)]],
    ),
  )
}
