import { B2BClient } from '@connected-apps/client'
import type { Authorization, Fetch } from '@connected-apps/client'
import { headerParameterNames, operation } from '@connected-apps/contract'
import { checkParameter } from '@connected-apps/contract/request'
import type { RunSettings } from '../options.ts'
import { readBody, toNoResponseError } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import { secretFor } from './request.ts'
import type { CaseRequest, Credentials } from './request.ts'

/** Whether `@connected-apps/client` can send this request; it rejects malformed ones and has no option for others. */
export function canClientSend({
  parameters = {},
  pathSuffix,
  credentials = 'given',
  body,
}: CaseRequest): boolean {
  const sessions = headerParameterNames.filter((name) => parameters[name] !== undefined)
  return (
    (credentials === 'given' || credentials === 'wrong secret') &&
    body === undefined &&
    pathSuffix === undefined &&
    sessions.length <= 1 &&
    operation.parameters.every(
      ({ name }) =>
        parameters[name] === undefined || checkParameter(name, parameters[name]).length === 0,
    )
  )
}

/**
 * Sends the revoke as a consumer does, and records the response before the client interprets it.
 * Throws a `NoResponseError`.
 */
export async function sendWithClient(
  { parameters = {}, credentials = 'given' }: CaseRequest,
  settings: RunSettings,
  extraHeaders: Record<string, string>,
): Promise<Exchange> {
  let exchange: Exchange | undefined
  let failure: unknown
  const client = createClient(settings, credentials, async (request) => {
    for (const [name, value] of Object.entries(extraHeaders)) request.headers.set(name, value)
    try {
      const response = await fetch(request, { redirect: 'manual' })
      const body = response.body === null ? '' : await readBody(response.body)
      exchange = {
        sent: { path: new URL(request.url).pathname, headers: request.headers },
        received: { status: response.status, headers: response.headers, body },
      }
      // The Response constructor throws on any body, even an empty one, for a status such as 204.
      return new Response(body.length === 0 ? null : body, response)
    } catch (error) {
      failure = error
      throw error
    }
  })
  const { organization_id, member_id, connected_app_id } = { ...settings.ids, ...parameters }
  const result = await client.organizations.members.connectedApps.tryRevoke(
    { organization_id, member_id, connected_app_id },
    { authorization: authorizationOf(parameters) },
  )
  if (exchange !== undefined) return exchange
  throw toNoResponseError(failure ?? (result.ok ? undefined : result.error), settings.timeoutMs)
}

/** Creates a client that never retries. Throws the client's own error if it rejects the settings. */
export function createClient(
  settings: RunSettings,
  credentials: Credentials,
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

function authorizationOf(
  parameters: NonNullable<CaseRequest['parameters']>,
): Authorization | undefined {
  const session_token = parameters['X-Stytch-Member-Session']
  const session_jwt = parameters['X-Stytch-Member-SessionJWT']
  if (session_token !== undefined) return { session_token }
  return session_jwt === undefined ? undefined : { session_jwt }
}
