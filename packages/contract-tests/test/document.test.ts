import { expect, test } from 'vitest'
import { checkDocument } from '../src/index.ts'

test("checks every example in the contract's document against its schema", () => {
  const checks = checkDocument()
  expect(checks.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'response 200, example revoked',
      'response 401, example unauthorized_credentials',
      'response 429, example too_many_requests',
      'response 429, header Retry-After',
      'response 500, example internal_server_error',
      'request body, example empty',
      'parameter organization_id',
      'parameter X-Stytch-Member-SessionJWT',
    ]),
  )
})
