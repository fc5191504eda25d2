import type { Server } from 'node:http'
import type { PendingResponses } from '@connected-apps/node-http'
import { rawResponse, rejectMalformedRequests } from '@connected-apps/node-http'
import { RequestError } from '@hono/node-server'
import {
  jsonType,
  malformed,
  newRequestId,
  serializeBody,
  toHttpResponse,
} from '../operation/response.ts'
import type { Observe } from './metrics.ts'

/**
 * Responds as the contract defines to what Node.js does not pass on as a request: bytes that it can't
 * parse, and `CONNECT`.
 *
 * @returns an error handler that does the same for a request whose host and target don't make a valid
 * URL, and throws any other error again
 */
export function respondToMalformedRequests(
  server: Server,
  pending: PendingResponses,
  observe: Observe,
): (error: unknown) => Response {
  const { status, outcome } = malformed
  const observeRequest = (): string => {
    const requestId = newRequestId(undefined)
    observe({ requestId, route: 'unknown', status, outcome, durationMs: 0 })
    return requestId
  }
  rejectMalformedRequests(server, pending, () =>
    rawResponse(status, { 'content-type': jsonType }, serializeBody(malformed, observeRequest())),
  )
  return (error) => {
    if (!(error instanceof RequestError)) throw error
    return toHttpResponse(malformed, observeRequest())
  }
}
