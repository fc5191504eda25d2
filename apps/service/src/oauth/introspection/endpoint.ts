import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Database } from '../../postgres/database.ts'
import type { ReadReplica } from '../../postgres/replica/read-replica.ts'
import type { UnauthorizedCause } from '../../server/cause.ts'
import { logFailure } from '../../server/logger.ts'
import type { Observe } from '../../server/metrics.ts'
import type { RequestHandler } from '../../server/request-scope.ts'
import { currentRequest, noteIds } from '../../server/request-scope.ts'
import { routes } from '../configuration.ts'
import type { ActiveToken } from './lookup.ts'
import { createLookup, isAuthenticated } from './lookup.ts'
import { parseRequest } from './request.ts'

/** No client sends more. */
const maxBodyBytes = 16 * 1024
/** A longer body is read up to this limit and discarded, so that the client can receive the response. */
const maxReadBytes = 1024 * 1024

export interface IntrospectionOptions {
  database: Database
  /** Is read in place of the database, as long as it can be trusted. */
  replica?: ReadReplica | undefined
  issuer: string
  observe: Observe
  logger: Logger
}

/**
 * What a token is, while it is active (RFC 7662, section 2.2). `organization_id` is the Member's; the
 * Member is `sub`.
 */
export interface ActiveTokenResponse {
  active: true
  organization_id: string
  client_id: string
  sub: string
  scope?: string | undefined
  exp: number
  iat: number
  iss: string
  /** Absent for a refresh token. */
  token_type?: 'Bearer' | undefined
}

interface OAuthResponse {
  status: number
  body: ActiveTokenResponse | { active: false } | OAuthError
}

/** RFC 6749, section 5.2. */
interface OAuthError {
  error: 'invalid_request' | 'invalid_client' | 'server_error'
  error_description: string
}

/**
 * Responds to introspection requests, which are too frequent for oidc-provider: it would need four
 * statements for each. Other requests go to `next`.
 *
 * It uses `node:http` directly, since a framework would take most of the time.
 */
export function introspectBefore(
  { database, replica, issuer, observe, logger }: IntrospectionOptions,
  next: RequestHandler,
): RequestHandler {
  const lookUp = createLookup(database, replica)

  async function introspect(request: IncomingMessage): Promise<OAuthResponse> {
    const { 'content-type': contentType, authorization } = request.headers
    const parsed = parseRequest({ contentType, authorization, body: await bodyOf(request) })
    if ('description' in parsed) return invalidRequest(parsed.description)
    const { callerId, secret, token } = parsed
    const isInvalid = 'description' in token
    const found = await lookUp({
      callerId,
      secret,
      token: isInvalid ? undefined : token.value,
    })
    if (found === undefined) return unauthorized('unknown_client')
    noteIds({ project_id: found.projectId, caller_id: callerId })
    if (!isAuthenticated(found, secret)) {
      return unauthorized(secret === undefined ? 'no_credentials' : 'wrong_secret')
    }
    noteIds({
      organization_id: found.token?.organizationId,
      member_id: found.token?.memberId,
      connected_app_id: found.token?.connectedAppId,
      grant_id: found.token?.grantId,
    })
    if (isInvalid) return invalidRequest(token.description)
    return { status: 200, body: describe(found.token, issuer) }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now()
    let result: OAuthResponse
    try {
      result = await introspect(request)
    } catch (error) {
      logFailure(logger, error)
      result = failed
    }
    const { requestId } = currentRequest()
    const { status } = result
    // The body of an error has it as well, since clients show it and people quote it.
    const body = 'error' in result.body ? { ...result.body, request_id: requestId } : result.body
    observe({
      requestId,
      route: 'introspection',
      status,
      outcome: 'error' in body ? body.error : 'ok',
      durationMs: performance.now() - startedAt,
    })
    const text = JSON.stringify(body)
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...(status === 401 && { 'www-authenticate': `Basic realm="${issuer}"` }),
      // The rest of a body that was not read would be parsed as the next request.
      ...(!request.complete && { connection: 'close' }),
    })
    response.end(text)
  }

  return (request, response) => {
    const isIntrospection =
      request.method === 'POST' && request.url?.split('?', 1)[0] === routes.introspection
    return isIntrospection ? respond(request, response) : next(request, response)
  }
}

/**
 * Reads a body by its events, which takes much less time than an async iterator.
 *
 * @returns undefined if the body is too long, or never arrived completely
 */
function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBodyBytes) chunks.push(chunk)
      else if (length > maxReadBytes) resolve(undefined)
    })
    request.once('end', () => resolve(length > maxBodyBytes ? undefined : Buffer.concat(chunks)))
    request.once('close', () => resolve(undefined))
  })
}

function describe(
  token: ActiveToken | undefined,
  issuer: string,
): ActiveTokenResponse | { active: false } {
  if (token === undefined || token.payload.exp <= Date.now() / 1000) return { active: false }
  const { scope, exp, iat } = token.payload
  return {
    active: true,
    organization_id: token.organizationId,
    client_id: token.connectedAppId,
    sub: token.memberId,
    scope: scope || undefined,
    exp,
    iat,
    iss: issuer,
    token_type: token.kind === 'AccessToken' ? 'Bearer' : undefined,
  }
}

function invalidRequest(description: string): OAuthResponse {
  return { status: 400, body: { error: 'invalid_request', error_description: description } }
}

function unauthorized(cause: UnauthorizedCause): OAuthResponse {
  currentRequest().cause = cause
  const body = {
    error: 'invalid_client',
    error_description: 'client authentication failed',
  } as const
  return { status: 401, body }
}

const failed: OAuthResponse = {
  status: 500,
  body: { error: 'server_error', error_description: 'oops! something went wrong' },
}
