import type { PathParameters } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'

const template = operation.path.split('/')
const parameterName = /^\{(.+)\}$/

/**
 * Finds the path parameters in the path as it came over the wire. A URL parser would have taken
 * `.` and `..` out of it, and the request would have reached another route.
 *
 * @returns undefined if this is not the operation's path
 */
export function matchPath(rawPath: string): PathParameters | undefined {
  const segments = rawPath.split('/')
  if (segments.length !== template.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, expected] of template.entries()) {
    const segment = segments[index] ?? ''
    const name = parameterName.exec(expected)?.[1]
    if (name !== undefined) values[name] = decodeSegment(segment)
    else if (segment !== expected) return undefined
  }
  // The template has exactly these names, since both come from the contract.
  return values as PathParameters
}

/** A segment that can't be decoded stays as it is: its `%` is in no identifier. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    if (error instanceof URIError) return segment
    throw error
  }
}
