// What the service is run with when it has no DATABASE_URL. `src/start-command.ts` loads it only then.
import { contract } from '@connected-apps/contract/operations'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Demo } from '../src/start-command.ts'
import { authorizeDemo, exchangeCode, requestAuthorization } from './authorize.ts'
import { callbackPage, frontPage } from './pages.ts'
import { addDemoProject, copyDemoMember, demo, readDemoMembers } from './project.ts'

export default { createRoutes, frontPage, prepare } satisfies Demo

/** The demo's Connected App: it requests access, and shows the outcome. */
function createRoutes(origin: string): Hono {
  const app = new Hono()
  app.get('/connect', async (c) => {
    const { url, verifier } = await requestAuthorization(origin)
    setCookie(c, 'verifier', verifier, { path: '/demo', httpOnly: true, sameSite: 'Lax' })
    return c.redirect(url)
  })
  app.get('/callback', async (c) => {
    const { code, error } = c.req.query()
    const verifier = getCookie(c, 'verifier')
    if (code === undefined) return c.html(callbackPage({ error: error ?? 'no code' }))
    // A client that did not start at /connect, such as npm run walk, exchanges the code itself.
    if (verifier === undefined) return c.html(callbackPage({ code }))
    return exchangeCode(origin, origin + c.req.path + new URL(c.req.url).search, verifier).then(
      ({ accessToken }) => c.html(callbackPage({ accessToken })),
      () => c.html(callbackPage({ error: 'the code was used already, or its access was revoked' })),
    )
  })
  return app
}

/**
 * Creates the demo project, and a consent of its Member to its Connected App. `DEMO_MEMBERS` is the number
 * of other Members who have given the same consent.
 *
 * @returns the text to print, which explains how to use it
 */
async function prepare(databaseUrl: string, origin: string): Promise<string> {
  const others = readDemoMembers(process.env['DEMO_MEMBERS'] || undefined)
  await addDemoProject(databaseUrl, origin)
  try {
    await authorizeDemo(origin)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the demo fails at its own address, ${origin}: ${reason}`, { cause })
  }
  await copyDemoMember(databaseUrl, others)
  const option = new URL(origin).port === '4020' ? '' : ` -- --url ${origin}`
  return `Service of ${contract.title} ${contract.version}: ${origin} (its data is deleted when it stops)

  project_id        ${demo.projectId}
  secret            ${demo.secret}
  organization_id   ${demo.organizationId}, ${demo.organizationSlug} or ${demo.organizationExternalId}
  member_id         ${demo.memberId} or ${demo.memberExternalId}
  connected_app_id  ${demo.connectedAppId}
  session_token     ${demo.sessionToken}
  DATABASE_URL      ${databaseUrl}

See what a revoke does to tokens, in another terminal:  npm run walk${option}
`
}
