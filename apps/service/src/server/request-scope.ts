import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Span } from '@opentelemetry/api'
import { newRequestId } from '../operation/response.ts'
import type { Cause } from './cause.ts'
import { runInSpan, startRequestSpan } from './tracing.ts'

/**
 * The ids of what a request is about, as the log has them. Only ids that the database has may be
 * noted: a client can send anything in their place, even a secret.
 */
export interface RequestIds {
  project_id?: string | undefined
  organization_id?: string | undefined
  /** The Member whose access the request is about; for OAuth, the subject. */
  member_id?: string | undefined
  /** The Connected App; for OAuth, the client. */
  connected_app_id?: string | undefined
  /** The Member whose session authorizes an operation. */
  session_member_id?: string | undefined
  grant_id?: string | undefined
  /** The caller of an introspection: a resource server, a Connected App, or the project. */
  caller_id?: string | undefined
}

/** What is known about the request that the running code belongs to. */
export interface RequestScope {
  /** The id of the request in responses, in the log, and in the audit log. */
  requestId: string
  readonly ids: RequestIds
  /** Why the response is a 401 or a failure, where the response does not say it. */
  cause?: Cause
  readonly method: string | undefined
  readonly span: Span
}

const scopes = new AsyncLocalStorage<RequestScope>()

/** Handles a request. The promise settles once no more code runs for the request. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Handles each request in a scope of its own. */
export function withRequestScope(handle: RequestHandler): RequestHandler {
  return (request, response) => {
    const span = startRequestSpan(request, response)
    const { method } = request
    const scope = { requestId: newRequestId(undefined), ids: {}, method, span }
    return runInSpan(span, () => scopes.run(scope, handle, request, response))
  }
}

/** The scope of the request that the running code belongs to. A batch belongs to no request. */
export function findCurrentRequest(): RequestScope | undefined {
  return scopes.getStore()
}

/** Like {@link findCurrentRequest}. @throws outside of a request */
export function currentRequest(): RequestScope {
  const scope = findCurrentRequest()
  if (scope === undefined) throw new Error('not in a request')
  return scope
}

/** Adds ids to what is known about the current request. Outside of a request it has no effect. */
export function noteIds(ids: RequestIds): void {
  Object.assign(findCurrentRequest()?.ids ?? {}, ids)
}
