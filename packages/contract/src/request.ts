import { mediaTypeViolation, parseBody } from './body.ts'
import type { Operation, Parameter } from './operation.ts'
import type { ReceivedHeaders } from './response.ts'
import type { Violation } from './violation.ts'
import { violationsOf } from './violation.ts'

/** A request to an operation, as it was received. */
export interface ReceivedRequest {
  /** The decoded path parameters, as `matchOperation` returns them. */
  path: { readonly [name: string]: string }
  /** A `URLSearchParams`, or anything with the same `get`; optional if the operation declares no query. */
  query?: ReceivedHeaders
  /** A Fetch `Headers`, or anything with the same `get`. */
  headers: ReceivedHeaders
  /** The body as text, or as bytes, which must be UTF-8 without a byte order mark. Empty if there is none. */
  body: string | Uint8Array
}

/** One way in which a request violates the contract. It never contains the value. */
export interface RequestViolation {
  part: 'path' | 'query' | 'header' | 'media type' | 'body'
  /** Where in that part: a parameter's or header's name, or a JSON Pointer (RFC 6901) into the body; empty for the whole part. */
  where: string
  /** What is wrong, in a few words. */
  message: string
  /** The name of the example of the response to it. */
  example: string
}

/** Checks the decoded value of a parameter against its schema. */
export function checkParameter(
  { validate }: Pick<Parameter, 'validate'>,
  value: unknown,
): Violation[] {
  return violationsOf(validate, value)
}

/** Checks a parsed request body against its schema. An operation that declares no body accepts any. */
export function checkRequestBody({ request }: Operation, value: unknown): Violation[] {
  return request ? violationsOf(request.validate, value) : []
}

/**
 * Checks the form of a request against the contract: its parameters, headers that exclude each
 * other, and the body. Credentials are not part of the form.
 *
 * @returns every violation, in the order in which a server reports them
 * @example
 * checkRequest(operations.revokeConnectedApp, { path, headers: new Headers(), body: '[]' })
 * // [
 * //   {
 * //     part: 'media type',
 * //     where: '',
 * //     message: 'content-type is missing; application/json is declared',
 * //     example: 'bad_request',
 * //   },
 * // ]
 */
export function checkRequest(operation: Operation, request: ReceivedRequest): RequestViolation[] {
  return [
    ...parameterViolations(operation, request),
    ...exclusionViolations(operation, request),
    ...bodyViolations(operation, request),
  ]
}

function parameterViolations(
  { parameters }: Operation,
  { path, query, headers }: ReceivedRequest,
): RequestViolation[] {
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    const { in: part, required, errorExample: example } = parameter
    const source = { path: { get: () => path[name] ?? null }, query, header: headers }[part]
    const value = source?.get(name) ?? null
    if (value === null) {
      return required ? [{ part, where: name, message: 'is missing', example }] : []
    }
    // One is enough, since all of them lead to the same example.
    const [violation] = checkParameter(parameter, value)
    return violation ? [{ part, where: name, message: violation.message, example }] : []
  })
}

function exclusionViolations(
  { exclusiveHeaders }: Operation,
  { headers }: ReceivedRequest,
): RequestViolation[] {
  return exclusiveHeaders
    .filter((group) => group.headers.filter((name) => headers.get(name) !== null).length > 1)
    .map((group) => ({
      part: 'header',
      where: group.headers.join(' and '),
      message: 'at most one of them may be sent',
      example: group.example,
    }))
}

function bodyViolations(
  operation: Operation,
  { headers, body }: ReceivedRequest,
): RequestViolation[] {
  const { request, requestBody, malformedExample: example } = operation
  if (!request || !requestBody) return []
  const violation = (part: RequestViolation['part'], where: string, message: string) => [
    { part, where, message, example },
  ]
  if (body.length === 0) return request.required ? violation('body', '', 'is missing') : []
  const mediaType = mediaTypeViolation(headers.get('content-type'), requestBody.mediaType)
  if (mediaType !== undefined) return violation('media type', '', mediaType)
  // `identity` means no encoding (RFC 9110 section 8.4.1).
  if ((headers.get('content-encoding') || 'identity').toLowerCase() !== 'identity') {
    return violation('header', 'Content-Encoding', 'is not supported for the body')
  }
  const parsed = parseBody(body)
  if ('violation' in parsed) return violation('body', '', parsed.violation)
  return checkRequestBody(operation, parsed.value).flatMap(({ pointer, message }) =>
    violation('body', pointer, message),
  )
}
