// apps.test.tsx
// @vitest-environment jsdom
import { createClient } from '@connected-apps/client'
import { mockFetch } from '@connected-apps/scenarios/fetch'
import { Hono } from 'hono'
import { createRoot } from 'react-dom/client'
import { expect, test, vi } from 'vitest'
import { createBackend } from '../src/server/backend.ts'
import { App } from './apps.tsx'

const member = { organization_id: 'organization-1', member_id: 'member-1', session_token: 'any' }
const api = mockFetch()
const client = createClient({
  project_id: 'project-test-1',
  secret: 'any',
  fetch: api,
  dangerouslyAllowBrowser: true, // what jsdom counts as
})
const backend = new Hono().route(
  '/api',
  createBackend(client, () => member),
)
// The component calls the backend, which calls the mock; nothing is sent.
vi.stubGlobal('fetch', (path: string, { method = 'GET' }: RequestInit) =>
  backend.request(path, { method, headers: { 'sec-fetch-site': 'same-origin' } }),
)

test('disconnects an app', async () => {
  const mock = api.engine.key()
  mock.define({
    operationId: 'getMemberConnectedApps',
    id: member.member_id,
    connected_apps: [{ connected_app_id: 'app-1', name: 'Calendar' }],
  })
  const element = document.createElement('div')
  createRoot(element).render(<App />)
  await vi.waitFor(() => expect(element.textContent).toBe('Disconnect Calendar'))
  element.querySelector('button')?.click()
  await vi.waitFor(() => expect(element.textContent).toBe(''))
  const revoke = { operationId: 'revokeConnectedApp', session: 'token', status: 200 } as const
  expect(mock.journal.assert(revoke, 1)).toMatchObject({ ok: true })
})
