import { B2BClient } from '@connected-apps/client'
import type { Authorization, Fetch } from '@connected-apps/client'
import { checkRequest } from '@connected-apps/contract'
import type { Operation } from '@connected-apps/contract'
import type { RunSettings } from '../options.ts'
import { receiveBody, toNoResponseError } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import { defaultBody, parameterValues, pick, secretFor } from './request.ts'
import type { CaseRequest, Credentials } from './request.ts'

/** Whether `@connected-apps/client` can send this request; it rejects malformed ones and has no option for others. */
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
  const client = createClient(settings, request.credentials, async (outgoing) => {
    for (const [name, value] of Object.entries(request.headers ?? {}))
      outgoing.headers.set(name, value)
    try {
      const response = await fetch(outgoing, { redirect: 'manual' })
      const body = response.body === null ? '' : await receiveBody(response.body)
      const { searchParams: query } = new URL(outgoing.url)
      exchange = {
        sent: { query, headers: outgoing.headers },
        received: { status: response.status, headers: response.headers, body },
      }
      // The Response constructor throws on any body, even an empty one, for a status such as 204.
      return new Response(body.length === 0 ? null : body, response)
    } catch (error) {
      failure = error
      throw error
    }
  })
  const error = await call(client, operation, parameterValues(operation, request, settings))
  if (exchange !== undefined) return exchange
  throw toNoResponseError(failure ?? error, settings.timeoutMs)
}

/** Creates a client that never retries. Throws the client's own error if it rejects the settings. */
export function createClient(
  settings: RunSettings,
  credentials: Credentials = 'given',
  fetchOnce: Fetch,
): B2BClient {
  return new B2BClient({
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

/** The no-throw twin of a method, as far as it is used here. */
type TryMethod = (params: object, options: object) => Promise<{ error?: unknown }>

/** Calls the client's method for the operation, and returns its error, if any. */
async function call(
  client: B2BClient,
  operation: Operation,
  values: Record<string, string>,
): Promise<unknown> {
  const path = operation.clientMethod.replace(
    /\w+$/,
    (name) => `try${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  )
  const tryMethod = path
    .split('.')
    .reduce<unknown>((parent, name) => Reflect.get(Object(parent), name), client)
  if (typeof tryMethod !== 'function') {
    throw new Error(`the client has no method ${path}`)
  }
  const params = pick(values, [...operation.pathParameters, ...operation.queryParameters])
  const { error } = await (tryMethod as TryMethod)(
    // safe: the client's own tests check its methods
    { ...Object(defaultBody(operation)), ...params },
    { authorization: authorizationOf(operation, values), headers: headersOf(operation, values) },
  )
  return error
}

function authorizationOf(
  { sessionHeaders: { token, jwt } }: Operation,
  values: Record<string, string>,
): Authorization | undefined {
  const session_token = token && values[token]
  const session_jwt = jwt && values[jwt]
  if (session_token !== undefined) return { session_token }
  return session_jwt === undefined ? undefined : { session_jwt }
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
