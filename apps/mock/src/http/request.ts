import type { ReceivedHeaders } from '@connected-apps/contract'
import { readBody } from '@connected-apps/node-http'
import { controlPrefix, maxBodyBytes } from '@connected-apps/scenarios'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Whether a path belongs to the mock or the proxy rather than to the contract. */
export function isControlPath(path: string): boolean {
  return path === controlPrefix || path.startsWith(`${controlPrefix}/`)
}

/** Headers as Node.js has parsed them, read like a Fetch `Headers`. */
export function readableHeaders(headers: IncomingHttpHeaders): ReceivedHeaders {
  return { get: (name) => headers[name.toLowerCase()]?.toString() ?? null }
}

/**
 * The headers of a request, where those of the same name are joined by a comma, as in Fetch. Node.js
 * itself takes the first of two `Authorization` or `Content-Type`, and other servers the second.
 */
export function joinedHeaders({ headersDistinct }: IncomingMessage): ReceivedHeaders {
  return { get: (name) => headersDistinct[name.toLowerCase()]?.join(', ') ?? null }
}

/**
 * Reads the body of a request. More of it is discarded than is kept, because a client that is still
 * sending would lose the response if the connection closed.
 */
export function readRequestBody(request: IncomingMessage): ReturnType<typeof readBody> {
  return readBody(request, { maxBytes: maxBodyBytes, maxDiscardedBytes: 15 * maxBodyBytes })
}
