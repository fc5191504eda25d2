import type { ReceivedHeaders } from '@connected-apps/contract'
import { readBody } from '@connected-apps/node-http'
import { maxBodyBytes } from '@connected-apps/scenarios'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

/** A request with its target split into path and query, and the response to it. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  path: string
  query: URLSearchParams
}

/** The prefix of the paths that belong to the mock and the proxy rather than to the contract. */
export const controlPrefix = '/__mock'

/** Whether a path belongs to the mock or the proxy rather than to the contract. */
export function isControlPath(path: string): boolean {
  return path === controlPrefix || path.startsWith(`${controlPrefix}/`)
}

/**
 * Splits a request target (RFC 9112 section 3.2) into path and query. Unlike `new URL()` it keeps
 * dot segments such as `..`, so that the contract's patterns can reject them.
 */
export function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const [beforeFragment = ''] = originForm(target).split('#', 1)
  const [path = ''] = beforeFragment.split('?', 1)
  return { path, query: new URLSearchParams(beforeFragment.slice(path.length)) }
}

/** A request target without scheme and authority. */
export function originForm(target: string): string {
  const form = target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '')
  return form.startsWith('/') || form.startsWith('*') ? form : `/${form}`
}

/** Headers as Node.js has parsed them, read like a Fetch `Headers`. */
export function readableHeaders(headers: IncomingHttpHeaders): ReceivedHeaders {
  return { get: (name) => headers[name.toLowerCase()]?.toString() ?? null }
}

/**
 * Reads the body of a request. More of it is discarded than is kept, because a client that is still
 * sending would lose the response if the connection closed.
 */
export function readRequestBody(request: IncomingMessage): ReturnType<typeof readBody> {
  return readBody(request, { maxBytes: maxBodyBytes, maxDiscardedBytes: 15 * maxBodyBytes })
}
