import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { B2BClient } from '@connected-apps/client'
import { B2BClient as OfficialClient } from 'stytch'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { authorizeDemo } from '../src/demo/authorize.ts'
import { addDemoProject, demo } from '../src/demo/project.ts'
import { demoRoutes } from '../src/demo/routes.ts'
import { discover, isActive } from './support/connected-app.ts'
import { useService } from './support/service.ts'

const test = useService({ routes: { '/demo': demoRoutes } })
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

describe('the documented call', () => {
  it.each([
    ['our client', ourClient],
    ['the official package', officialClient],
  ])('made with %s, responds with 200 and ends an active token', async (_, createClient) => {
    const { url } = test.service
    const config = await discover(url, demo.connectedAppId)
    const { accessToken } = await authorizeDemo(url)
    expect(await isActive(config, accessToken)).toBe(true)

    const client = createClient(url)
    const response = await client.organizations.members.connectedApps.revoke(params, options)
    expect(response).toMatchObject({ status_code: 200 })
    expect(await isActive(config, accessToken)).toBe(false)
  })
})

describe('the callback of the demo', () => {
  it('shows that the Member denied consent', async () => {
    const walk = await (await fetch(`${test.service.url}/demo/walk`)).text()
    const [untilCode = ''] = walk.split('tokens=')
    const denied = untilCode.replace('decision=approve', 'decision=deny')
    const { stdout } = await promisify(execFile)('bash', ['-c', `${denied}echo "$code"`])
    expect(stdout.trim().split('\n').at(-1)).toBe('error: access_denied')
  })

  it('shows the error of its query as plain text, whatever it contains', async () => {
    const response = await fetch(`${test.service.url}/demo/callback?error=%3Cscript%3E`)
    expect(await response.text()).toBe('error: <script>')
    expect(response.headers.get('content-type')).toBe('text/plain; charset=UTF-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

function ourClient(url: string) {
  return new B2BClient({ project_id: demo.projectId, secret: demo.secret, baseUrl: url })
}

function officialClient(url: string) {
  return new OfficialClient({ project_id: demo.projectId, secret: demo.secret, env: `${url}/` })
}
