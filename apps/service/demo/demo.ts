// What the service is run with when it has no DATABASE_URL. `src/start-command.ts` loads it only then.
import { contract } from '@connected-apps/contract/operations'
import { Hono } from 'hono'
import type { Demo } from '../src/start-command.ts'
import { authorizeDemo } from './authorize.ts'
import { addDemoProject, demo } from './project.ts'

export default { createRoutes, prepare } satisfies Demo

/** The page that the demo's Connected App redirects to; it shows the code, or the error. */
function createRoutes(): Hono {
  const app = new Hono()
  app.get('/callback', (page) => {
    const { code, error = 'no code' } = page.req.query()
    // Anybody can put anything into the URL, so the browser must not take it for HTML.
    return page.text(code ?? `error: ${error}`, 200, { 'x-content-type-options': 'nosniff' })
  })
  return app
}

/**
 * Creates the demo project, and lets its Member allow its Connected App.
 *
 * @returns the text that tells people how to use it
 */
async function prepare(databaseUrl: string, origin: string): Promise<string> {
  await addDemoProject(databaseUrl, origin)
  try {
    await authorizeDemo(origin)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the demo fails at its own address, ${origin}: ${reason}`, { cause })
  }
  const option = new URL(origin).port === '4020' ? '' : ` -- --url ${origin}`
  return `Service of ${contract.title} ${contract.version}: ${origin} (its data is deleted when it stops)

  project_id        ${demo.projectId}
  secret            ${demo.secret}
  organization_id   ${demo.organizationId}, ${demo.organizationSlug} or ${demo.organizationExternalId}
  member_id         ${demo.memberId} or ${demo.memberExternalId}
  connected_app_id  ${demo.connectedAppId}
  session_token     ${demo.sessionToken}

See what a revoke does to tokens, in another terminal:  npm run walk${option}
`
}
