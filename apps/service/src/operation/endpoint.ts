import type { Credentials, Operation } from '@connected-apps/contract'
import { checkRequest } from '@connected-apps/contract'
import type { OperationMatch } from '@connected-apps/contract/operations'
import { readBody } from '@connected-apps/node-http'
import { createRejectionRecorder } from '../audit/rejections.ts'
import { hashOf, isOneOf } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import type { UnauthorizedCause } from '../server/cause.ts'
import { currentRequest, noteIds } from '../server/request-scope.ts'
import { findRejection } from './decision.ts'
import type { Handlers } from './handlers.ts'
import { createHandlers } from './handlers.ts'
import type { AuthorizedRequest, Handler } from './handlers/handler.ts'
import type { RequestContext } from './lookup.ts'
import { createContextLoader } from './lookup.ts'
import type { RateLimitOptions } from './rate-limit.ts'
import type { ContractResponse } from './response.ts'
import { errorNamed, errorOf } from './response.ts'
import { referenceTo, sessionIn, verifySessionJwt } from './session.ts'

/** No client sends more, since operations need little beyond the ids in their paths. */
export const maxBodyBytes = 16 * 1024

/** A request that has an operation's method and path. */
export interface OperationRequest extends OperationMatch {
  request: Request
  query: URLSearchParams
  credentials: Credentials | undefined
  requestId: string
}

/**
 * Creates what responds to the requests of every operation: the checks that all of them have, in the
 * contract's order, and then the handler of the operation.
 */
export function createOperationEndpoint(
  database: Database,
  rateLimit: RateLimitOptions,
  handlers: Handlers = createHandlers(database),
) {
  const loadContext = createContextLoader(database, rateLimit)
  const recordRejection = createRejectionRecorder(database)
  return async (operationRequest: OperationRequest): Promise<ContractResponse> => {
    const { operation, path, request, credentials, requestId } = operationRequest
    if (credentials === undefined) return unauthorizedError(operation, 'no_credentials')
    const session = sessionIn(operation, request.headers)
    const violation = await findViolation(operationRequest)

    const secretHash = hashOf(credentials.secret)
    const context = await loadContext({
      projectId: credentials.projectId,
      secretHash,
      action: operation.permission.action,
      ...(violation === undefined
        ? { path, session: referenceTo(session) }
        : { path: {}, session: {} }),
    })
    if (context === undefined) return unauthorizedError(operation, 'unknown_project')
    noteIds({ project_id: context.projectId })
    // The statement compared the hashes, too, but not in constant time.
    if (!isOneOf(context.secretHashes, secretHash)) {
      return unauthorizedError(operation, 'wrong_secret')
    }
    noteIds(context.ids)
    const { retryAfterSeconds } = context
    if (retryAfterSeconds !== undefined) {
      return { ...errorOf(operation, 'limit'), retryAfterSeconds }
    }
    if (violation !== undefined) return violation
    const verified = await verifySession(context, session.jwt)
    if (verified === undefined) return invalidJwtError(operation)
    noteIds({ session_member_id: verified.session?.memberId })

    const hasSession = session.token !== undefined || session.jwt !== undefined
    const rejection = findRejection(operation, verified, hasSession)
    if (rejection !== undefined) {
      if (rejection.status === 403 && operation.safety !== 'safe') {
        await recordRejection({ operation, context: verified, requestId, rejection })
      }
      return rejection
    }
    // The ids that `context` has are those of this operation's path.
    const handle: Handler = handlers[operation.operationId]
    const data = await handle(toAuthorizedRequest(operation, verified, requestId))
    const status = operation.successStatus
    return { outcome: 'ok', status, body: { status_code: status, ...data } }
  }
}

/** @returns the response to a malformed request; undefined if the request is well-formed */
async function findViolation({
  operation,
  path,
  query,
  request,
}: OperationRequest): Promise<ContractResponse | undefined> {
  // What an operation declares no body for is not read: it has no meaning (RFC 9110, section 9.3.1).
  const body = operation.request === undefined ? Buffer.alloc(0) : await bodyOf(request)
  const { headers } = request
  const [violation] = checkRequest(operation, { path, query, headers, body: body ?? '' })
  if (violation !== undefined) return errorNamed(operation, violation.example)
  return body === undefined ? errorNamed(operation, operation.malformedExample) : undefined
}

/** @returns undefined if the body is too long, or never arrived completely */
async function bodyOf(request: Request): Promise<Uint8Array | undefined> {
  const length = Number(request.headers.get('content-length'))
  if (length > maxBodyBytes) return undefined
  // Without either header there is no body (RFC 9112, section 6.3). Then `body` is not even
  // read, since its getter creates a stream, which takes longer than the rest of the checks.
  const hasBody = request.headers.has('transfer-encoding') || length > 0
  const body = hasBody ? request.body : null
  if (body === null) return Buffer.alloc(0)
  const read = await readBody(body, { maxBytes: maxBodyBytes })
  return Buffer.isBuffer(read) ? read : undefined
}

/**
 * Verifies the session JWT, if there is one, and drops the session that it names if that session
 * belongs to another Member than the JWT's subject.
 *
 * @returns undefined if the JWT is invalid
 */
async function verifySession(
  context: RequestContext,
  jwt: string | undefined,
): Promise<RequestContext | undefined> {
  if (jwt === undefined) return context
  const verified = await verifySessionJwt(jwt, context.projectId, context.sessionKeys)
  if (verified === undefined) return undefined
  if (context.session?.memberId === verified.memberId) return context
  return { ...context, session: undefined }
}

function toAuthorizedRequest(
  { operationId }: Operation,
  { projectId, ids, session }: RequestContext,
  requestId: string,
): AuthorizedRequest {
  // Safe: every id that the operation's path has was found, or the request would have been rejected.
  return { operationId, projectId, ids: ids as AuthorizedRequest['ids'], session, requestId }
}

function unauthorizedError(operation: Operation, cause: UnauthorizedCause): ContractResponse {
  currentRequest().cause = cause
  const basic = operation.security.find(({ scheme }) => scheme === 'basic')
  return errorNamed(operation, basic?.example ?? '')
}

/** A JWT that the project's keys do not verify is malformed, too, by the contract. */
function invalidJwtError(operation: Operation): ContractResponse {
  const header = operation.parameters[operation.sessionHeaders.jwt ?? '']
  return errorNamed(operation, header?.errorExample ?? '')
}
