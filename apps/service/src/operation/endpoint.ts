import type { PathParameters } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'
import { checkRequest } from '@connected-apps/contract/request'
import { hashOf, isSameHash } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import type { Credentials } from './credentials.ts'
import { decide } from './decision.ts'
import { createRevoke } from './locked-rows.ts'
import type { RequestContext } from './lookup.ts'
import { createContextLoader } from './lookup.ts'
import type { RateLimit } from './rate-limit.ts'
import { readBody } from './read-body.ts'
import type { ContractResponse } from './response.ts'
import { jwtHeader, sessionHeadersOf, sessionReferenceIn, verifySessionJwt } from './session.ts'

const unauthorized: ContractResponse = { name: 'unauthorized_credentials' }

/** A request with the operation's method and path. */
export interface OperationRequest {
  request: Request
  path: PathParameters
  credentials: Credentials | undefined
  requestId: string
}

/** Creates the handler of *Revoke Connected App*, whose checks are in the contract's order. */
export function createRevokeEndpoint(database: Database, rateLimit: RateLimit) {
  const loadContext = createContextLoader(database)
  const revokeConnectedApp = createRevoke(database)
  return async (operationRequest: OperationRequest): Promise<ContractResponse> => {
    const { request, path, credentials, requestId } = operationRequest
    if (credentials === undefined) return unauthorized
    const headers = sessionHeadersOf(request)
    const body = await readBody(request)
    const malformed = checkForm(path, request.headers, body)

    const context = await loadContext({
      projectId: credentials.projectId,
      path: malformed === undefined ? path : undefined,
      session: malformed === undefined ? sessionReferenceIn(headers) : {},
    })
    if (context === undefined || !isSameHash(context.secretHash, hashOf(credentials.secret))) {
      return unauthorized
    }
    const retryAfterSeconds = await rateLimit.consume(context.projectId)
    if (retryAfterSeconds !== undefined) {
      return { name: 'too_many_requests', retryAfterSeconds }
    }
    if (malformed !== undefined) return malformed
    const verified = await verifySession(context, headers[jwtHeader])
    if (verified === undefined) return { name: 'unable_to_parse_session_jwt' }

    const decision = decide(verified, Object.keys(headers).length > 0)
    if ('rejection' in decision) return decision.rejection
    await revokeConnectedApp({ ...decision.revocation, requestId })
    return { name: 'revoked' }
  }
}

/** @returns the response to a malformed request; undefined if the request is well-formed */
function checkForm(
  path: PathParameters,
  headers: Headers,
  body: Uint8Array | undefined,
): ContractResponse | undefined {
  const [violation] = checkRequest({ path, headers, body: body ?? '' })
  if (violation !== undefined) return { name: violation.answer }
  return body === undefined ? { name: 'bad_request' } : undefined
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

/** Whether this is the operation's HTTP method. */
export function isOperationMethod(method: string): boolean {
  return method === operation.method
}
