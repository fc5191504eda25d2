import { createHash } from 'node:crypto'
import { B2BClient } from '@connected-apps/client'
import { B2BClient as OfficialClient } from 'stytch'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { decideConsent, authorizeDemo } from '../demo/authorize.ts'
import demoApp from '../demo/demo.ts'
import { addDemoProject, demo, demoCallbackPath } from '../demo/project.ts'
import { discover, isActive } from './support/connected-app.ts'
import { useService } from './support/service.ts'

const test = useService({ routes: { '/demo': demoApp.createRoutes } })
const params = {
  organization_id: demo.organizationId,
  member_id: demo.memberId,
  connected_app_id: demo.connectedAppId,
}
const options = { authorization: { session_token: demo.sessionToken } }

beforeAll(() => addDemoProject(test.database.url, test.service.url))
// The official package warns about any environment that is not one of its own two.
beforeEach(() => vi.spyOn(console, 'warn').mockImplementation(() => undefined))
afterEach(() => vi.restoreAllMocks())

describe.each([
  ['our client', ourClient],
  ['the official package', officialClient],
])('the documented calls, made with %s', (_, createClient) => {
  it('list the access, revoke it, end an active token, and list the access no longer', async () => {
    const { url } = test.service
    const config = await discover(url, demo.connectedAppId)
    const { accessToken } = await authorizeDemo(url)
    expect(await isActive(config, accessToken)).toBe(true)

    const { organizations } = createClient(url)
    const { organization_id, member_id, connected_app_id } = params
    const listApps = () =>
      organizations.members.getConnectedApps({ organization_id, member_id }, options)
    const listMembers = () => organizations.getConnectedApp({ organization_id, connected_app_id })
    expect(await listApps()).toMatchObject({
      status_code: 200,
      connected_apps: [{ connected_app_id, name: 'Notebook', scopes_granted: 'openid profile' }],
    })
    expect(await listMembers()).toMatchObject({
      connected_app_id,
      client_type: 'third_party_public',
      logo_url: 'https://example.com/notebook.png',
      active_members: [{ member_id, granted_scopes: ['openid', 'profile'] }],
    })

    const revoked = await organizations.members.connectedApps.revoke(params, options)
    expect(revoked).toMatchObject({ status_code: 200 })
    expect(await isActive(config, accessToken)).toBe(false)
    expect(await listApps()).toMatchObject({ connected_apps: [] })
    expect(await listMembers()).toMatchObject({ active_members: [] })
  })
})

describe('the callback of the demo', () => {
  it('shows the error when the Member denies the consent', async () => {
    const { url } = test.service
    const query = new URLSearchParams({
      client_id: demo.connectedAppId,
      response_type: 'code',
      scope: 'openid profile',
      redirect_uri: url + demoCallbackPath,
      code_challenge: createHash('sha256').update('a verifier').digest('base64url'),
      code_challenge_method: 'S256',
    })
    const callback = await decideConsent(`${url}/oauth2/authorize?${query.toString()}`, url, 'deny')
    expect(await (await fetch(callback)).text()).toContain('<code>access_denied</code>')
  })

  it('shows whatever its URL contains as text', async () => {
    const response = await fetch(`${test.service.url}/demo/callback?error=%3Cscript%3E`)
    expect(await response.text()).toContain('<code>&lt;script&gt;</code>')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

function ourClient(url: string) {
  return new B2BClient({ project_id: demo.projectId, secret: demo.secret, baseUrl: url })
}

function officialClient(url: string) {
  return new OfficialClient({ project_id: demo.projectId, secret: demo.secret, env: `${url}/` })
}
