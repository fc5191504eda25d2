import { allOperations } from '@connected-apps/contract/operations'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

const declaredHeaders = allOperations.flatMap(({ responseHeaders }) =>
  Object.values(responseHeaders).flatMap((headers) => Object.keys(headers)),
)

/** The headers that a page may read, by name: `*` is not a wildcard for requests with credentials. */
const exposedHeaders = [...new Set(declaredHeaders)].join(', ')

/** Whether a request is a CORS preflight (Fetch standard, section 3.2.2). */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  )
}

/** Allows the page that sent the request to read the response, with credentials. */
export function setCorsHeaders({ origin }: IncomingHttpHeaders, response: ServerResponse): void {
  response.setHeader('Vary', 'Origin')
  if (origin === undefined) return
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader('Access-Control-Allow-Credentials', 'true')
  response.setHeader('Access-Control-Expose-Headers', exposedHeaders)
}

/**
 * Allows every method and header that the preflight requests: the response to the actual request
 * explains what is wrong with it, and a failed preflight would hide that from the page.
 */
export function respondToPreflight(headers: IncomingHttpHeaders, response: ServerResponse): void {
  response.setHeader(
    'Vary',
    'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  )
  response.setHeader('Access-Control-Allow-Methods', headers['access-control-request-method'] ?? '')
  const requestedHeaders = headers['access-control-request-headers']
  if (requestedHeaders !== undefined) {
    response.setHeader('Access-Control-Allow-Headers', requestedHeaders)
  }
  response.setHeader('Access-Control-Max-Age', '600')
  response.writeHead(204).end()
}
