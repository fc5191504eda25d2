import {
  checkResponseBody,
  checkResponseHeaders,
  isStatus,
  operation,
} from '@connected-apps/contract'
import type { ReceivedHeaders, Status } from '@connected-apps/contract'
import { parseBody, propertyOf } from './body.ts'
import type { Finding } from './finding.ts'

/** An answer as it came over the wire. */
export interface ReceivedResponse {
  status: number
  /** A Fetch `Headers`, or anything that reads like one. */
  headers: ReceivedHeaders
  /** The body as text, or as bytes: then they must be UTF-8 without a byte order mark. */
  body: string | Uint8Array
}

/**
 * Holds an answer against the contract: declared status, media type, headers, JSON, and the
 * schema of the body. `expected` is the status that was asked for, where one was.
 *
 * @returns what is wrong, empty when the answer is right
 * @example
 * checkResponse({ status: 200, headers: new Headers(), body: '' }).map(describeFinding)
 * // ['200 media type: content-type is missing; application/json is declared', '200 body: is empty']
 */
export function checkResponse(received: ReceivedResponse, expected?: Status): Finding[] {
  const { status, headers } = received
  const finding = (part: Finding['part'], message: string, where = ''): Finding => ({
    status,
    part,
    where,
    message,
  })
  const findings: Finding[] = []
  if (!isStatus(status)) {
    findings.push(finding('status', `is not declared; ${operation.statuses.join(', ')} are`))
  }
  if (expected !== undefined && status !== expected) {
    findings.push(finding('status', `the contract answers ${expected} to this request`))
  }
  const mediaTypeProblem = problemOfMediaType(headers.get('content-type'))
  if (mediaTypeProblem !== undefined) findings.push(finding('media type', mediaTypeProblem))
  if (isStatus(status)) {
    for (const { pointer, message } of checkResponseHeaders(status, headers)) {
      findings.push(finding('header', message, headerName(status, pointer)))
    }
  }
  const parsed = parseBody(received.body)
  if ('problem' in parsed) return [...findings, finding('body', parsed.problem)]
  const violations = isStatus(status) ? checkResponseBody(status, parsed.value) : []
  for (const { pointer, message } of violations) findings.push(finding('body', message, pointer))
  if (violations.length === 0 && propertyOf(parsed.value, 'status_code') !== status) {
    findings.push(finding('body', `must be the HTTP status, ${status}`, '/status_code'))
  }
  return findings
}

function problemOfMediaType(contentType: string | null): string | undefined {
  if (contentType === null) return `content-type is missing; ${operation.mediaType} is declared`
  // Parameters such as charset are legal and, for JSON, without effect (RFC 8259 section 11).
  const mediaType = contentType.split(';', 1).join('').trim()
  if (mediaType.toLowerCase() === operation.mediaType) return undefined
  // A target may send anything; only what looks like a media type gets into a report.
  const found = /^[\w.+-]+\/[\w.+-]+$/.test(mediaType) && mediaType.length <= 60
  return `content-type is ${found ? mediaType : 'no media type'}; ${operation.mediaType} is declared`
}

// Headers are looked up in lower case; people know them as the contract writes them.
function headerName(status: Status, pointer: string): string {
  const name = pointer.slice(1)
  return operation.responseHeaders[status].find((each) => each.toLowerCase() === name) ?? name
}
