import type { Client } from '@connected-apps/client'
import { ConnectedAppsError, getConnectedApps, revoke } from '@connected-apps/client'
import type { Context } from 'hono'
import { Hono } from 'hono'
import type { ConnectedApps, Problem } from '../api.ts'
import { statusOf, toProblem } from './problem.ts'

/** Whose apps a request is about, and the session on whose authority it is made. */
export interface SignedInMember {
  organization_id: string
  member_id: string
  session_token: string
}

/** Finds the Member who is signed in, as the team's other routes do; undefined if there is none. */
export type FindMember = (
  request: Request,
) => SignedInMember | undefined | Promise<SignedInMember | undefined>

/**
 * The routes behind the screen. They hold the project's secret, which the client was created with,
 * and take the Member from the session alone: a browser can name an app, but never a Member.
 *
 * @example
 * app.route('/api', createBackend(createClient({ maxRetries: 0 }), findMember))
 */
export function createBackend(client: Client, findMember: FindMember): Hono {
  const backend = new Hono()

  backend.use(async (context, next) => {
    context.header('cache-control', 'no-store')
    const isSafe = context.req.method === 'GET'
    return isSafe || isSameOrigin(context.req.raw) ? next() : context.body(null, 403)
  })

  backend.get('/connected-apps', async (context) => {
    const { member, options } = await authorize(context.req.raw)
    const { connected_apps } = await getConnectedApps(client, member, options)
    return context.json({ connected_apps } satisfies ConnectedApps)
  })

  backend.post('/connected-apps/:id/revoke', async (context) => {
    const { member, options } = await authorize(context.req.raw)
    await revoke(client, { ...member, connected_app_id: context.req.param('id') }, options)
    return context.body(null, 204)
  })

  backend.onError((error, context) => {
    if (error instanceof NotSignedIn) return send(context, { code: 'session_over' })
    const isFromApi = error instanceof ConnectedAppsError
    // The message contains no secrets, and details that the browser does not get.
    console.error(isFromApi ? error.message : error)
    return send(context, isFromApi ? toProblem(error) : { code: 'unexpected' })
  })

  async function authorize(request: Request) {
    const member = await findMember(request)
    if (member === undefined) throw new NotSignedIn()
    const { organization_id, member_id, session_token } = member
    return { member: { organization_id, member_id }, options: { authorization: { session_token } } }
  }

  return backend
}

class NotSignedIn extends Error {}

function send(context: Context, problem: Problem): Response {
  const { code, retry_after_seconds: seconds } = problem
  if (seconds !== undefined) context.header('retry-after', String(seconds))
  return context.json(problem, statusOf[code])
}

/** Whether a page of this site made the request, rather than one that only knows its address. */
function isSameOrigin({ headers }: Request): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = headers.get('origin')
  return origin !== null && URL.parse(origin)?.host === headers.get('host')
}
