import { createClient } from '@connected-apps/client'
import type { Authorization, Client, Fetch } from '@connected-apps/client'
import { checkRequest } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import type { RunSettings } from '../options.ts'
import { decodeFetched, receiveBody, toNoResponseError } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import { defaultBody, parameterValues, pick, secretFor } from './request.ts'
import type { CaseRequest, Credentials } from './request.ts'

/** Whether `@connected-apps/client` can send this request: it rejects malformed ones, and cannot express some others. */
export function canClientSend(
  operation: Operation,
  request: CaseRequest,
  settings: RunSettings,
): boolean {
  const { pathSuffix, credentials = 'given', body } = request
  const path = parameterValues(operation, request, settings)
  const received = { get: (name: string) => path[name] ?? null }
  const malformed = checkRequest(operation, { path, query: received, headers: received, body: '' })
  return (
    (credentials === 'given' || credentials === 'a wrong secret') &&
    body === undefined &&
    pathSuffix === undefined &&
    // The client sends the default body, which is well-formed.
    malformed.every(({ part }) => part === 'body')
  )
}

/**
 * Sends the request as a consumer does, and records the response before the client interprets it.
 * Throws a `NoResponseError`.
 */
export async function sendWithClient(
  operation: Operation,
  request: CaseRequest,
  settings: RunSettings,
): Promise<Exchange> {
  let exchange: Exchange | undefined
  let failure: unknown
  const client = connect(settings, request.credentials, async (url, init) => {
    const headers = new Headers({ ...init.headers, ...request.headers })
    try {
      const response = await fetch(url, { ...init, headers })
      const body = response.body === null ? '' : await receiveBody(response.body)
      exchange = {
        sent: { query: new URL(url).searchParams, headers },
        received: await decodeFetched(response.status, response.headers, Buffer.from(body)),
      }
      // The Response constructor throws on any body, even an empty one, for a status such as 204.
      return new Response(body.length === 0 ? null : body, response)
    } catch (error) {
      failure = error
      throw error
    }
  })
  const values = parameterValues(operation, request, settings)
  const params = pick(values, [...operation.pathParameters, ...operation.queryParameters])
  const result = await client.tryCall(
    operation,
    { ...Object(defaultBody(operation)), ...params },
    { ...authorizationOf(operation, values), headers: headersOf(operation, values) },
  )
  if (exchange !== undefined) return exchange
  throw toNoResponseError(failure ?? (result.ok ? undefined : result.error), settings.timeoutMs)
}

/** Creates a client that never retries. Throws the client's own error if it rejects the settings. */
export function connect(
  settings: RunSettings,
  credentials: Credentials = 'given',
  fetchOnce: Fetch,
): Client {
  return createClient({
    project_id: settings.projectId,
    secret: secretFor(credentials, settings.secret),
    baseUrl: settings.url,
    // Safe: the URL was given explicitly, and the credentials are meant for tests.
    dangerouslyAllowCleartext: true,
    maxRetries: 0,
    timeoutMs: settings.timeoutMs,
    deadlineMs: settings.timeoutMs,
    fetch: fetchOnce,
  })
}

function authorizationOf(
  { sessionHeaders: { token, jwt } }: Operation,
  values: Record<string, string>,
): { authorization?: Authorization } {
  const session_token = token && values[token]
  const session_jwt = jwt && values[jwt]
  if (session_token !== undefined) return { authorization: { session_token } }
  return session_jwt === undefined ? {} : { authorization: { session_jwt } }
}

function headersOf(
  { headerParameters, sessionHeaders }: Operation,
  values: Record<string, string>,
): Record<string, string> {
  const sessions = Object.values(sessionHeaders)
  return pick(
    values,
    headerParameters.filter((name) => !sessions.includes(name)),
  )
}
