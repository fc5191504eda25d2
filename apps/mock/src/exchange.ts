import type { IncomingMessage, ServerResponse } from 'node:http'

/** A request, its split target, and the response to it. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  path: string
  query: URLSearchParams
}
