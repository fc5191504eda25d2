import { mediaTypeViolation, parseBody } from './body.ts'
import type { ClientOperation, Operation } from './operation.ts'
import type { Violation } from './violation.ts'
import { violationsOf } from './violation.ts'

/** The part of the Fetch standard's `Headers` that the checks need. */
export interface ReceivedHeaders {
  get(name: string): string | null
}

/** A response, as it was received. */
export interface ReceivedResponse {
  status: number
  /** A Fetch `Headers`, or anything with the same `get`. */
  headers: ReceivedHeaders
  /**
   * The body as text, or as bytes, which must be UTF-8 without a byte order mark. If the bytes have
   * been decoded, `headers` must not name a `Content-Encoding`.
   */
  body: string | Uint8Array
}

/** One way in which a response violates the contract. It never contains the value. */
export interface ResponseViolation {
  part: 'status' | 'media type' | 'header' | 'body'
  /** Where in that part: a JSON Pointer (RFC 6901) into the body, or a header's name; empty for the whole part. */
  where: string
  /** What is wrong, in a few words. */
  message: string
}

/** Whether the operation declares this status. */
export function declaresStatus<O extends ClientOperation>(
  { responseBodies }: O,
  status: number,
): status is keyof O['responseBodies'] & number {
  return Object.hasOwn(responseBodies, status)
}

/**
 * Checks a parsed response body against the schema of its status.
 *
 * @returns every violation; none for a status that the operation does not declare
 * @example
 * checkResponseBody(revokeConnectedApp, 200, { status_code: 200, request_id: 'request-id-test-1' }) // []
 */
export function checkResponseBody(
  operation: ClientOperation,
  status: number,
  body: unknown,
): Violation[] {
  const { responseBodies } = operation
  const validator = declaresStatus(operation, status) ? responseBodies[status] : undefined
  return validator ? violationsOf(validator, body) : []
}

/** Checks the headers of a response against those that the operation declares for its status. */
export function checkResponseHeaders(
  { responseHeaders }: Operation,
  status: number,
  headers: ReceivedHeaders,
): ResponseViolation[] {
  return Object.entries(responseHeaders[status] ?? {}).flatMap(([name, { required, validate }]) => {
    const value = headers.get(name)
    const messages =
      value === null
        ? required
          ? ['is missing']
          : []
        : violationsOf(validate, value).map(({ message }) => message)
    return messages.map((message) => ({ part: 'header' as const, where: name, message }))
  })
}

/**
 * Checks a response against the contract: its status, media type, headers, JSON, and the schema of
 * its body. It decodes nothing. If the body is bytes, and the headers name a `Content-Encoding` other
 * than `identity`, that is the only violation, because the bytes cannot be read; decode them and
 * remove the header first. Text counts as decoded.
 *
 * @returns every violation
 * @example
 * checkResponse(operations.revokeConnectedApp, { status: 200, headers: new Headers(), body: '' })
 * // [
 * //   { part: 'media type', where: '', message: 'content-type is missing; application/json is declared' },
 * //   { part: 'body', where: '', message: 'is empty' },
 * // ]
 */
export function checkResponse(
  operation: Operation,
  response: ReceivedResponse,
): ResponseViolation[] {
  const { status, headers, body } = response
  if (isEncoded(headers) && typeof body !== 'string' && declaresStatus(operation, status)) {
    const message = 'names an encoding that was not removed from the body'
    return [{ part: 'header', where: 'Content-Encoding', message }]
  }
  return [
    ...repeatedTypeFirst(checkResponseContent(operation, response), headers),
    ...checkResponseHeaders(operation, status, headers),
  ]
}

// Not in `checkResponseContent`, because a client can read the body nevertheless.
function repeatedTypeFirst(
  content: ResponseViolation[],
  headers: ReceivedHeaders,
): ResponseViolation[] {
  const isDeclared = content.every(({ part }) => part !== 'status')
  if (!isDeclared || !isList(headers.get('content-type') ?? '')) return content
  const message = 'content-type is sent more than once'
  return [
    { part: 'media type', where: '', message },
    ...content.filter(({ part }) => part !== 'media type'),
  ]
}

function isEncoded(headers: ReceivedHeaders): boolean {
  const codings = (headers.get('content-encoding') ?? '').toLowerCase().split(',')
  return codings.some((coding) => !['', 'identity'].includes(coding.trim()))
}

// Header fields of the same name are joined by a comma (RFC 9110 section 5.3).
function isList(value: string): boolean {
  return value.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').includes(',')
}

/**
 * Like {@link checkResponse}, but without the declared headers, which a client does not need.
 *
 * @returns every violation
 */
export function checkResponseContent(
  operation: ClientOperation,
  { status, headers, body }: ReceivedResponse,
): ResponseViolation[] {
  if (!declaresStatus(operation, status)) {
    // The contract says nothing about its body.
    const message = `is not declared; ${Object.keys(operation.responseBodies).join(', ')} are`
    return [{ part: 'status', where: '', message }]
  }
  const mediaType = mediaTypeViolation(headers.get('content-type'), operation.mediaType)
  return [
    ...(mediaType === undefined
      ? []
      : [{ part: 'media type' as const, where: '', message: mediaType }]),
    ...bodyViolations(operation, status, body),
  ]
}

function bodyViolations(
  operation: ClientOperation,
  status: number,
  body: string | Uint8Array,
): ResponseViolation[] {
  const parsed = parseBody(body)
  if ('violation' in parsed) return [{ part: 'body', where: '', message: parsed.violation }]
  return checkResponseBody(operation, status, parsed.value).map(({ pointer, message }) => ({
    part: 'body',
    where: pointer,
    message,
  }))
}
