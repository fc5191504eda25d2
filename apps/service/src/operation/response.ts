import { randomUUID } from 'node:crypto'
import type { ResponseBody } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'
import type { ExampleName } from '@connected-apps/contract/examples'
import { exampleBody, statusOf } from '@connected-apps/contract/examples'

/** A response that the contract defines, by the name of its example. */
export interface ContractResponse {
  name: ExampleName
  retryAfterSeconds?: number
}

/** Generates a request_id, which says whether the request came from a live or a test project. */
export function newRequestId(projectId: string | undefined): string {
  const environment = projectId?.startsWith('project-live-') ? 'live' : 'test'
  return `request-id-${environment}-${randomUUID()}`
}

/** The contract's example of this response, with the request_id of this request. */
export function bodyOf(response: ContractResponse, requestId: string): ResponseBody {
  return { ...exampleBody(response.name), request_id: requestId }
}

/** Builds the HTTP response: status, headers and body. */
export function toHttpResponse(response: ContractResponse, requestId: string): Response {
  const status = statusOf(response.name)
  const headers = new Headers({ 'content-type': operation.mediaType, 'cache-control': 'no-store' })
  if (response.retryAfterSeconds !== undefined) {
    const [retryAfter] = operation.responseHeaders[429]
    headers.set(retryAfter, String(response.retryAfterSeconds))
  }
  if (status === 401) headers.set('www-authenticate', 'Basic realm="project"')
  return new Response(JSON.stringify(bodyOf(response, requestId)), { status, headers })
}
