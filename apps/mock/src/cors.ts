import { operation } from '@connected-apps/contract'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

/** The headers that a page may read, named one by one: `*` is no wildcard with credentials. */
const exposed = [...new Set(Object.values(operation.responseHeaders).flat())].join(', ')

/** Whether a request is a CORS preflight (Fetch standard, section 3.2.2). */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  )
}

/** Lets the page that asks read the answer, credentials included. */
export function setCorsHeaders({ origin }: IncomingHttpHeaders, response: ServerResponse): void {
  response.setHeader('Vary', 'Origin')
  if (origin === undefined) return
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader('Access-Control-Allow-Credentials', 'true')
  response.setHeader('Access-Control-Expose-Headers', exposed)
}

/** Allows whatever the preflight asks for: what is wrong with the request, its own answer says. */
export function answerPreflight(headers: IncomingHttpHeaders, response: ServerResponse): void {
  response.setHeader(
    'Vary',
    'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  )
  response.setHeader('Access-Control-Allow-Methods', headers['access-control-request-method'] ?? '')
  const requested = headers['access-control-request-headers']
  if (requested !== undefined) response.setHeader('Access-Control-Allow-Headers', requested)
  response.setHeader('Access-Control-Max-Age', '600')
  response.writeHead(204).end()
}
