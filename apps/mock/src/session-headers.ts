import { headerParameterNames } from '@connected-apps/contract'
import type { IncomingHttpHeaders } from 'node:http'

const names = headerParameterNames.map((name) => name.toLowerCase())

/**
 * What Prism sees of a request's headers. Not `Accept`, by which Prism would answer 406; not those
 * of the body, which is read already.
 */
export function sessionHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}
