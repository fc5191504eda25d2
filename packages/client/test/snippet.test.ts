import * as stytch from '@connected-apps/client'
import { expandPath } from '@connected-apps/contract'
import { allOperations, operations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { methodsOf } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { bodyOf, paramsOf, sessionsOf } from './operations.ts'

const config = {
  project_id: 'project-test-11111111-1111-4111-8111-111111111111',
  secret: 'secret-test-11111111111=',
}

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)

  test.each(sessionsOf(operation))(
    "the official client's call works with only the import changed ($header)",
    async ({ authorization, header, value }) => {
      const server = await listen((_, response) => respondWith(response, operation, 'success'))
      const client = new stytch.B2BClient({ ...config, baseUrl: server.url })
      const body = await methodsOf(client, operation).call(params, { authorization })

      expect(body).toEqual(bodyOf(operation, 'success'))
      const [request] = server.requests
      expect(request?.method).toBe(operation.method)
      expect(request?.url).toBe(expandPath(operation, params))
      expect(request?.headers[header]).toBe(value)
      expect(request?.headers['content-type']).toBe(operation.requestBody?.mediaType)
      expect(atob(request?.headers.authorization?.replace('Basic ', '') ?? '')).toBe(
        `${config.project_id}:${config.secret}`,
      )
    },
  )

  test('the no-throw twin resolves to the same body', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const client = new stytch.B2BClient({ ...config, baseUrl: server.url })
    expect(await methodsOf(client, operation).tryCall(params)).toEqual({
      ok: true,
      body: bodyOf(operation, 'success'),
      attempts: 1,
    })
  })
})

test("the official client's snippet runs as it is written", async () => {
  const server = await listen((_, response) =>
    respondWith(response, operations.revokeConnectedApp, 'success'),
  )
  const client = new stytch.B2BClient({ ...config, baseUrl: server.url })

  const params = {
    organization_id: 'organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931',
    member_id: 'member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f',
    connected_app_id: 'connected-app-test-d731954d-dab3-4a2b-bdee-07f3ad1be888',
  }
  const options = {
    authorization: { session_token: 'mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q' },
  }
  const body = await new Promise((resolve, reject) => {
    client.organizations.members.connectedApps
      .revoke(params, options)
      .then((resp) => resolve(resp))
      .catch((err: unknown) => reject(err))
  })

  expect(body).toEqual(bodyOf(operations.revokeConnectedApp, 'success'))
  expect(server.requests[0]?.url).toBe(expandPath(operations.revokeConnectedApp, params))
})
