import type { ErrorStatus, ResponseBody, SuccessStatus, Violation } from '@connected-apps/contract'
import { checkResponseBody, isStatus, operation } from '@connected-apps/contract'
import type { DecodeReason } from './errors.ts'
import type { Redact } from './redact.ts'

/** What was received, as far as it decides anything. */
export interface Received {
  status: number
  isRedirect: boolean
  mediaType: string
  retryAfter: string | null
  /** The body; undefined if it is too large to be read. */
  text: string | undefined
}

/** What the contract makes of it. */
export type Answer =
  | { kind: 'ok'; body: ResponseBody<SuccessStatus> }
  | { kind: 'http'; body: ResponseBody<ErrorStatus> }
  | { kind: 'decode'; reason: DecodeReason; request_id?: string; violations: Violation[] }

const SUCCESS: SuccessStatus = 200

export function judge(received: Received, redact: Redact): Answer {
  const { status, isRedirect, mediaType, text } = received
  if (isRedirect) return undecoded('redirect')
  if (text === undefined) return undecoded('size')
  const isJson = mediaType === operation.mediaType
  const body = isJson ? parse(text, redact) : undefined
  if (!isStatus(status)) return undecoded('status', body)
  if (!isJson) return undecoded('media type')
  if (body === undefined) return undecoded('json')
  const violations = checkResponseBody(status, body)
  if (violations.length > 0) return undecoded('contract', body, violations)
  return status === SUCCESS
    ? { kind: 'ok', body: body as ResponseBody<SuccessStatus> } // just checked
    : { kind: 'http', body: body as ResponseBody<ErrorStatus> } // just checked
}

function undecoded(reason: DecodeReason, body?: unknown, violations: Violation[] = []): Answer {
  const id = (body as { request_id?: unknown } | null | undefined)?.request_id // whatever was sent
  return {
    kind: 'decode',
    reason,
    violations,
    ...(typeof id === 'string' && { request_id: id }),
  }
}

function parse(text: string, redact: Redact): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' ? redact(value) : value,
    )
  } catch {
    return undefined
  }
}
