import { parseBody } from './body.ts'
import { statuses } from './generated/operation.ts'
import { mediaTypeProblems } from './media-type.ts'
import type { ReceivedHeaders } from './response.ts'
import { checkResponseBody, checkResponseHeaders } from './response.ts'
import { isStatus } from './status.ts'
import type { Status } from './types.ts'

/** An answer as it came over the wire. */
export interface ReceivedResponse {
  status: number
  /** A Fetch `Headers`, or anything that reads like one. */
  headers: ReceivedHeaders
  /** The body as text, or as bytes: then they must be UTF-8 without a byte order mark. */
  body: string | Uint8Array
}

/** One way in which an answer breaks the contract. It never contains the value. */
export interface ResponseViolation {
  part: 'status' | 'media type' | 'header' | 'body'
  /** Where in that part: a JSON Pointer (RFC 6901) into the body, or a header's name; empty for the whole part. */
  where: string
  /** What is wrong, in a few words. */
  message: string
}

/**
 * Holds an answer against the contract: declared status, media type, headers, JSON, and the schema
 * of the body.
 *
 * @returns what is wrong, empty when the answer is right
 * @example
 * checkResponse({ status: 200, headers: new Headers(), body: '' })
 * // [
 * //   { part: 'media type', where: '', message: 'content-type is missing; application/json is declared' },
 * //   { part: 'body', where: '', message: 'is empty' },
 * // ]
 */
export function checkResponse({ status, headers, body }: ReceivedResponse): ResponseViolation[] {
  if (!isStatus(status)) {
    // Of its headers and its body the contract says nothing.
    const message = `is not declared; ${statuses.join(', ')} are`
    return [{ part: 'status', where: '', message }]
  }
  return [
    ...mediaTypeViolations(headers.get('content-type')),
    ...headerViolations(status, headers),
    ...bodyViolations(status, body),
  ]
}

function mediaTypeViolations(contentType: string | null): ResponseViolation[] {
  return mediaTypeProblems(contentType).map((message) => ({
    part: 'media type',
    where: '',
    message,
  }))
}

function headerViolations(status: Status, headers: ReceivedHeaders): ResponseViolation[] {
  return checkResponseHeaders(status, headers).map(({ pointer, message }) => ({
    part: 'header',
    where: pointer.slice(1), // the pointer's one token is the name
    message,
  }))
}

function bodyViolations(status: Status, body: string | Uint8Array): ResponseViolation[] {
  const parsed = parseBody(body)
  if ('problem' in parsed) return [{ part: 'body', where: '', message: parsed.problem }]
  return checkResponseBody(status, parsed.value).map(({ pointer, message }) => ({
    part: 'body',
    where: pointer,
    message,
  }))
}
