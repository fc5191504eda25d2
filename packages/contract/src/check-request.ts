import { parseBody } from './body.ts'
import type { ExampleName } from './examples.ts'
import { parameters } from './generated/operation.ts'
import { mediaTypeProblems } from './media-type.ts'
import { headerParameterNames } from './parameters.ts'
import { checkParameter, checkRequestBody } from './request-parts.ts'
import type { ReceivedHeaders } from './response.ts'
import type { PathParameters } from './types.ts'

/** A request to the operation as it came over the wire. */
export interface ReceivedRequest {
  /** Decoded, as `matchPath` gives them. */
  path: PathParameters
  /** A Fetch `Headers`, or anything that reads like one. */
  headers: ReceivedHeaders
  /** The body as text, or as bytes: then they must be UTF-8 without a byte order mark. Empty for none. */
  body: string | Uint8Array
}

/** One way in which a request breaks the contract. It never contains the value. */
export interface RequestViolation {
  part: 'path' | 'header' | 'media type' | 'body'
  /** Where in that part: a parameter's or header's name, or a JSON Pointer (RFC 6901) into the body; empty for the whole part. */
  where: string
  /** What is wrong, in a few words. */
  message: string
  /** The contract's example of the answer to it. */
  answer: ExampleName<400>
}

/**
 * Holds the form of a request against the contract: parameters, at most one session header, and
 * the body. Credentials are none of its form.
 *
 * @returns what is wrong, empty when the request is right; the first one is to be answered
 * @example
 * checkRequest({ path: matchPath('/…/revoke'), headers: new Headers(), body: '[]' })
 * // [
 * //   {
 * //     part: 'media type',
 * //     where: '',
 * //     message: 'content-type is missing; application/json is declared',
 * //     answer: 'bad_request',
 * //   },
 * // ]
 */
export function checkRequest({ path, headers, body }: ReceivedRequest): RequestViolation[] {
  return [
    ...parameterViolations(path, headers),
    ...sessionViolations(headers),
    ...(body.length === 0 ? [] : bodyViolations(headers, body)),
  ]
}

function parameterViolations(path: PathParameters, headers: ReceivedHeaders): RequestViolation[] {
  return parameters.flatMap(({ name, in: part, required, errorType: answer }) => {
    const value = part === 'path' ? path[name] : headers.get(name)
    if (value === null && !required) return []
    // One is enough: to the caller each of them means the same.
    const [violation] = checkParameter(name, value)
    return violation ? [{ part, where: name, message: violation.message, answer }] : []
  })
}

function sessionViolations(headers: ReceivedHeaders): RequestViolation[] {
  if (headerParameterNames.filter((name) => headers.get(name) !== null).length < 2) return []
  const where = headerParameterNames.join(' and ')
  const message = 'at most one session header may be sent'
  return [{ part: 'header', where, message, answer: 'too_many_session_arguments' }]
}

function bodyViolations(headers: ReceivedHeaders, body: string | Uint8Array): RequestViolation[] {
  const answer = 'bad_request'
  const [mediaType] = mediaTypeProblems(headers.get('content-type'))
  if (mediaType !== undefined)
    return [{ part: 'media type', where: '', message: mediaType, answer }]
  // `identity` is no encoding (RFC 9110 section 8.4.1).
  if ((headers.get('content-encoding') || 'identity').toLowerCase() !== 'identity') {
    const message = 'is not supported for the body'
    return [{ part: 'header', where: 'Content-Encoding', message, answer }]
  }
  const parsed = parseBody(body)
  if ('problem' in parsed) return [{ part: 'body', where: '', message: parsed.problem, answer }]
  return checkRequestBody(parsed.value).map(({ pointer, message }): RequestViolation => ({
    part: 'body',
    where: pointer,
    message,
    answer,
  }))
}
