// disconnect-button.test.ts
// @vitest-environment jsdom
import { B2BClient } from '@connected-apps/client'
import { scenarios } from '@connected-apps/scenarios'
import { handlers } from '@connected-apps/scenarios/msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createDisconnectButton } from './disconnect-button.ts'

const api = handlers({ baseUrl: 'https://test.stytch.com' })
const mock = api.engine.key()
const server = setupServer(...api)
// MSW 2, which is the one for Node.js 20, calls the option onUnhandledRequest.
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => mock.reset())
afterAll(() => server.close())

const { connectedApps } = new B2BClient({
  project_id: 'project-test-1',
  secret: 'secret-test-1', // any will do
  maxRetries: 0, // the button leaves it to the person
  dangerouslyAllowBrowser: true, // what jsdom counts as; a real secret stays in your backend
}).organizations.members

test('asks to try again until the app is disconnected', async () => {
  const { connected_app_id } = scenarios.tooManyRequestsTwiceThenRevoked // 429, 429, 200
  const ids = { organization_id: 'organization-1', member_id: 'member-1', connected_app_id }
  const element = createDisconnectButton(() => connectedApps.tryRevoke(ids))
  for (const text of ['Try again in 1 s', 'Try again in 1 s', 'Disconnected']) {
    element.querySelector('button')?.click()
    await vi.waitFor(() => expect(element.textContent).toContain(text))
  }
  const revoke = { operationId: 'revokeConnectedApp', connected_app_id } as const
  expect(mock.journal.assert({ ...revoke, status: 429 }, 2)).toMatchObject({ ok: true })
  expect(mock.journal.assert({ ...revoke, status: 200 }, 1)).toMatchObject({ ok: true })
})
