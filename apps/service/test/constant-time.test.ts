import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, beforeEach, expect, it, vi } from 'vitest'
import { basic } from './support/operations.ts'
import { revoke } from './support/revoke.ts'
import { useService } from './support/service.ts'

// A spy, since the difference in time would be too small to measure here.
const compared = vi.spyOn(crypto, 'timingSafeEqual')
syncBuiltinESMExports()
afterAll(() => {
  compared.mockRestore()
  syncBuiltinESMExports()
})

const test = useService()

beforeEach(() => {
  compared.mockClear()
})

it("compares a project's secret in constant time", async () => {
  const headers = { authorization: basic(test.tenant.projectId, 'secret-test-wrong') }
  expect((await revoke(test.service.url, test.tenant, { headers })).status).toBe(401)
  expect(compared).toHaveReturnedWith(false)
})

// The one is handled by oidc-provider, and the other is not.
it.each(['/oauth2/revoke', '/oauth2/introspect'])(
  "compares a Connected App's secret in constant time at %s",
  async (path) => {
    const response = await fetch(test.service.url + path, {
      method: 'POST',
      headers: { authorization: basic(test.tenant.confidentialAppId, 'wrong') },
      body: new URLSearchParams({ token: 'a-token' }),
    })
    expect(response.status).toBe(401)
    expect(compared).toHaveReturnedWith(false)
  },
)
