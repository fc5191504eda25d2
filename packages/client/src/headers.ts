import { throwArgumentError } from './errors.ts'
import { copyPlainObject, EmptyObject, isScalar } from './input.ts'

/** Headers to add to each request, such as a correlation id. One that is undefined is not added. */
export type ExtraHeaders = Readonly<Record<string, string | number | boolean | undefined>>

/** The number of the attempt, starting from 1. */
export const ATTEMPT_HEADER = 'x-connected-apps-attempt'

// The client sets these itself; another value would replace the credentials, or contradict the body.
const OWN_HEADERS = ['authorization', 'content-type', ATTEMPT_HEADER]

/** Validates extra headers. The result has names in lower case. */
export function parseHeaders(headers: unknown, where: string): Record<string, string> {
  if (headers === undefined) return {}
  const parsed = new EmptyObject<Record<string, string>>()
  for (const [name, value] of Object.entries(copyPlainObject('headers', headers, where))) {
    const key = name.toLowerCase()
    if (OWN_HEADERS.includes(key)) {
      throwArgumentError(name, 'cannot be set in headers', where, 'the client sets it')
    }
    // The name is a token (RFC 9110 section 5.6.2).
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throwArgumentError(JSON.stringify(name), 'is not a valid header name', where)
    }
    if (value !== undefined) parsed[key] = parseHeaderValue(name, value, where)
  }
  return parsed
}

/** The values to redact: those of headers whose names suggest a secret. */
export function secretHeaderValues(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    // Each part of the value, too: the token of `Bearer …`, or one of several cookies.
    /auth|cookie|key|secret|token/.test(name) ? [value, ...value.split(/;?\s+/)] : [],
  )
}

function parseHeaderValue(name: string, value: unknown, where: string): string {
  const text = isScalar(value) ? `${value}` : ''
  // Visible ASCII with spaces and tabs within (RFC 9110 section 5.5).
  if (!/^[!-~]([\t -~]*[!-~])?$/.test(text)) {
    throwArgumentError(name, 'has a value that a header cannot carry', where)
  }
  return text
}
