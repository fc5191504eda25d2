import * as stytch from '@connected-apps/client'
import {
  headerParameterExamples,
  pathParameterExamples,
  responseExamples,
} from '@connected-apps/contract/examples'
import { expect, test } from 'vitest'
import { listen, respondWith } from './loopback.ts'

const { organization_id, member_id, connected_app_id } = pathParameterExamples
const session_token = headerParameterExamples['X-Stytch-Member-Session']

test("the official client's call works with only the import changed", async () => {
  const server = await listen((_, response) => respondWith(response, 200))
  const client = new stytch.B2BClient({
    project_id: 'project-test-11111111-1111-4111-8111-111111111111',
    secret: 'secret-test-11111111111=',
    baseUrl: server.url,
  })

  const params = { organization_id, member_id, connected_app_id }
  const options = { authorization: { session_token } }
  const body = await new Promise((resolve, reject) => {
    client.organizations.members.connectedApps
      .revoke(params, options)
      .then((resp) => resolve(resp))
      .catch((err: unknown) => reject(err))
  })

  expect(body).toEqual(responseExamples[200].revoked)
  const [request] = server.requests
  expect(request?.method).toBe('POST')
  expect(request?.url).toBe(
    `/v1/b2b/organizations/${organization_id}/members/${member_id}/connected_apps/${connected_app_id}/revoke`,
  )
  expect(request?.headers['x-stytch-member-session']).toBe(session_token)
  expect(atob(request?.headers.authorization?.replace('Basic ', '') ?? '')).toBe(
    'project-test-11111111-1111-4111-8111-111111111111:secret-test-11111111111=',
  )
})
