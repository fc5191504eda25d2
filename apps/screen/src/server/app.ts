import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { createClient } from '@connected-apps/client'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { SignedInMember } from './backend.ts'
import { createBackend } from './backend.ts'
import { DemoSessions } from './demo-session.ts'

/** Where the API is, the project's credentials there, and whose apps the demo shows. */
export interface AppOptions extends SignedInMember {
  baseUrl: string
  project_id: string
  secret: string
  /** How long the API may take to respond, in milliseconds. */
  timeoutMs?: number
}

/** By which a browser on this machine reaches the demo. */
const LOCAL_HOSTS = ['127.0.0.1', 'localhost']

const built = fileURLToPath(new URL('../../dist/browser', import.meta.url))

/** The whole example: the screen, its backend, and a sign-in that stands in for the team's own. */
export function createApp({ baseUrl, project_id, secret, timeoutMs, ...member }: AppOptions): Hono {
  // The screen itself retries, and shows that it does. Retries of the client would only keep the user
  // waiting without an explanation.
  const client = createClient({ baseUrl, project_id, secret, timeoutMs, maxRetries: 0 })
  const sessions = new DemoSessions(member)
  return new Hono()
    .use(
      secureHeaders({
        contentSecurityPolicy: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          connectSrc: ["'self'"],
          // Logos are on the apps' own hosts.
          imgSrc: ["'self'", 'https:'],
          baseUri: ["'none'"],
          formAction: ["'none'"],
          frameAncestors: ["'none'"],
        },
        xFrameOptions: 'DENY',
        strictTransportSecurity: false, // what terminates TLS decides that
      }),
    )
    .use((context, next) => {
      // The owner of any other name could let it point to this machine. To a browser, the pages of
      // that site and the demo would then have the same origin.
      if (LOCAL_HOSTS.includes(new URL(context.req.url).hostname)) return next()
      return Promise.resolve(context.text(`Open the demo as ${LOCAL_HOSTS.join(' or ')}.`, 403))
    })
    .route('/api', createBackend(client, sessions.findMember))
    .route('/sign-in', sessions.routes())
    .get('/', async (context, next) => {
      const signedIn = await sessions.findMember(context.req.raw)
      context.header('cache-control', 'no-cache')
      return signedIn === undefined ? context.redirect('/sign-in') : next()
    })
    .use(serveStatic({ root: built }))
}
