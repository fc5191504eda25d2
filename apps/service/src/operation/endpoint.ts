import type { PathParameters } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'
import { checkRequest } from '@connected-apps/contract/request'
import { hashOf, isSameHash } from '../hash.ts'
import type { Database } from '../postgres/database.ts'
import type { Answer } from './response.ts'
import { readBody } from './read-body.ts'
import type { Credentials } from './credentials.ts'
import { decide } from './decision.ts'
import type { RequestContext } from './lookup.ts'
import { createContextLoader } from './lookup.ts'
import type { RateLimit } from './rate-limit.ts'
import { createRevoke } from './revoke.ts'
import { jwtHeader, sessionHeadersOf, sessionReferenceIn } from './session-headers.ts'
import { verifySessionJwt } from './session.ts'

const unauthorized: Answer = { name: 'unauthorized_credentials' }

/** A request that reached the operation's method and path. */
export interface Call {
  request: Request
  path: PathParameters
  credentials: Credentials | undefined
  requestId: string
}

/** The operation *Revoke Connected App*, with its checks in the order that the contract gives. */
export function createRevokeEndpoint(database: Database, rateLimit: RateLimit) {
  const findFacts = createContextLoader(database)
  const revokeConnectedApp = createRevoke(database)
  return async ({ request, path, credentials, requestId }: Call): Promise<Answer> => {
    if (credentials === undefined) return unauthorized
    const headers = sessionHeadersOf(request)
    const body = await readBody(request)
    const refusal = refusalOf(path, request.headers, body)

    const facts = await findFacts({
      projectId: credentials.projectId,
      path: refusal === undefined ? path : undefined,
      session: refusal === undefined ? sessionReferenceIn(headers) : {},
    })
    if (facts === undefined || !isSameHash(facts.secretHash, hashOf(credentials.secret))) {
      return unauthorized
    }
    const retryAfterSeconds = await rateLimit.consume(facts.projectId)
    if (retryAfterSeconds !== undefined) {
      return { name: 'too_many_requests', retryAfterSeconds }
    }
    if (refusal !== undefined) return refusal
    const believed = await believe(facts, headers[jwtHeader])
    if (believed === undefined) return { name: 'unable_to_parse_session_jwt' }

    const decision = decide(believed, Object.keys(headers).length > 0)
    if ('refusal' in decision) return decision.refusal
    await revokeConnectedApp({ ...decision.order, requestId })
    return { name: 'revoked' }
  }
}

/** The answer to a request whose form is wrong. Knows nothing of the database. */
function refusalOf(
  path: PathParameters,
  headers: Headers,
  body: Uint8Array | undefined,
): Answer | undefined {
  const [violation] = checkRequest({ path, headers, body: body ?? '' })
  if (violation !== undefined) return { name: violation.answer }
  return body === undefined ? { name: 'bad_request' } : undefined
}

/** Drops a session that the JWT names, but that is not its subject's. */
async function believe(
  facts: RequestContext,
  jwt: string | undefined,
): Promise<RequestContext | undefined> {
  if (jwt === undefined) return facts
  const verified = await verifySessionJwt(jwt, facts.projectId, facts.sessionKeys)
  if (verified === undefined) return undefined
  if (facts.session?.memberId === verified.memberId) return facts
  return { ...facts, session: undefined }
}

/** Whether a request is one of this operation, by its method. */
export function isOperationMethod(method: string): boolean {
  return method === operation.method
}
