import { createServer } from 'node:http'
import { listen } from '@connected-apps/node-http'
import { getRequestListener } from '@hono/node-server'
import type { AppOptions } from '../src/server/app.ts'
import { createApp } from '../src/server/app.ts'

export const member = {
  organization_id: 'organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931',
  member_id: 'member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f',
  session_token: 'mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q',
}

export const secret = 'secret-test-that-no-browser-sees'

/** Starts the screen and its backend on a free port. */
export async function startScreen(
  baseUrl: string,
  options: Partial<AppOptions> = {},
): Promise<{ url: string; close: () => void }> {
  const app = createApp({
    baseUrl,
    project_id: 'project-test-11111111-1111-4111-8111-111111111111',
    secret,
    ...member,
    ...options,
  })
  const server = createServer(getRequestListener(app.fetch))
  const url = await listen(server, { host: '127.0.0.1', port: 0 })
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { url, close }
}
