import type { ResponseViolation } from '@connected-apps/contract'

/**
 * What a finding is about. `answer` is the exchange as a whole: no answer, or not the one asked for.
 * `path` is of the document alone, whose path parameters have examples too.
 */
export type FindingPart = ResponseViolation['part'] | 'answer' | 'path'

/** One way in which an answer, or an example of the document, breaks the contract. It never contains the value. */
export interface Finding {
  /** The HTTP status of the answer; `undefined` where none came. */
  status: number | undefined
  part: FindingPart
  /** Where in that part: a JSON Pointer (RFC 6901) into the body, or the name of a header or parameter; empty for the whole part. */
  where: string
  /** What is wrong, in a few words. */
  message: string
}

/**
 * A finding as one line.
 *
 * @example
 * describeFinding({ status: 429, part: 'body', where: '/error_type', message: 'must be string' })
 * // '429 body /error_type: must be string'
 */
export function describeFinding({ status, part, where, message }: Finding): string {
  const place = [status, part, where].filter((word) => word !== undefined && word !== '')
  return `${place.join(' ')}: ${message}`
}
