import { randomUUID } from 'node:crypto'
import type { ResponseBody } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'
import type { ExampleName } from '@connected-apps/contract/examples'
import { exampleBody, statusOf } from '@connected-apps/contract/examples'

/** An answer of the contract, by the name of its example. */
export interface Answer {
  name: ExampleName
  retryAfterSeconds?: number
}

/** A new request_id, which says whether a live or a test project asked. */
export function newRequestId(projectId: string | undefined): string {
  const environment = projectId?.startsWith('project-live-') ? 'live' : 'test'
  return `request-id-${environment}-${randomUUID()}`
}

/** The contract's own example of this answer, with the request_id of this request. */
export function bodyOf(answer: Answer, requestId: string): ResponseBody {
  return { ...exampleBody(answer.name), request_id: requestId }
}

/** The answer as HTTP has it. */
export function responseOf(answer: Answer, requestId: string): Response {
  const status = statusOf(answer.name)
  const headers = new Headers({ 'content-type': operation.mediaType, 'cache-control': 'no-store' })
  if (answer.retryAfterSeconds !== undefined) {
    const [retryAfter] = operation.responseHeaders[429]
    headers.set(retryAfter, String(answer.retryAfterSeconds))
  }
  if (status === 401) headers.set('www-authenticate', 'Basic realm="project"')
  return new Response(JSON.stringify(bodyOf(answer, requestId)), { status, headers })
}
