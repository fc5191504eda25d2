import { B2BClient } from '@connected-apps/client'
import type { Authorization, Fetch } from '@connected-apps/client'
import type { Exchange } from './exchange.ts'
import { noAnswer } from './exchange.ts'
import { readBytes } from './read-bytes.ts'
import type { CaseRequest, Credentials } from './request.ts'
import { secretFor } from './request.ts'
import type { RunSettings } from './run-settings.ts'

/** Sends the revoke as a consumer does, and records what came before the client judges it. */
export async function sendByClient(
  { parameters = {}, credentials = 'given' }: CaseRequest,
  settings: RunSettings,
  extraHeaders: Record<string, string>,
): Promise<Exchange> {
  let recorded: Exchange | undefined
  let failure: unknown
  const client = clientFor(settings, credentials, async (request) => {
    for (const [name, value] of Object.entries(extraHeaders)) request.headers.set(name, value)
    try {
      const response = await fetch(request, { redirect: 'manual' })
      const body = response.body === null ? '' : await readBytes(response.body)
      recorded = {
        sent: { path: new URL(request.url).pathname, headers: request.headers },
        received: { status: response.status, headers: response.headers, body },
      }
      // Some statuses, such as 204, allow no body at all.
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
  if (recorded !== undefined) return recorded
  throw noAnswer(failure ?? (result.ok ? undefined : result.error), settings.timeoutMs)
}

/** A client that tries once. Throws the client's own error if it refuses the settings. */
export function clientFor(
  settings: RunSettings,
  credentials: Credentials,
  fetchOnce: Fetch,
): B2BClient {
  return new B2BClient({
    project_id: settings.projectId,
    secret: secretFor(credentials, settings.secret),
    baseUrl: settings.url,
    // Whoever runs this has named the URL, and credentials for tests.
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
