import { operation } from '@connected-apps/contract'
import type { Status } from '@connected-apps/contract'
import { expect, test } from 'vitest'
import { checkDocument, checkResponse, describeFinding } from '../src/index.ts'
import { rightResponse } from './provider.ts'

function describeAll(
  change: { status?: number; headers?: Record<string, string>; body?: string },
  expected?: Status,
): string[] {
  const right = { ...rightResponse('too_many_requests'), ...change }
  return checkResponse({ ...right, headers: new Headers(right.headers) }, expected).map(
    describeFinding,
  )
}

const body = (change: object) => ({
  body: JSON.stringify({
    ...JSON.parse(String(rightResponse('too_many_requests').body)),
    ...change,
  }),
})
const json = { 'content-type': operation.mediaType }

test.each<[what: string, lines: string[], expected: string[]]>([
  ['a wrong field', describeAll(body({ error_type: 7 })), ['429 body /error_type: must be string']],
  [
    'a field that is missing',
    describeAll(body({ request_id: undefined })),
    ["429 body: must have required property 'request_id'"],
  ],
  [
    'a wrong header',
    describeAll({ headers: { ...json, 'retry-after': '-1' } }),
    ['429 header Retry-After: must be >= 0'],
  ],
  [
    'a wrong media type',
    describeAll({ headers: { 'content-type': 'text/html; charset=utf-8' } }),
    ['429 media type: content-type is text/html; application/json is declared'],
  ],
  [
    'no media type',
    describeAll({ headers: {} }),
    ['429 media type: content-type is missing; application/json is declared'],
  ],
  [
    'a status that is not declared',
    describeAll({ status: 503 }),
    [`503 status: is not declared; ${operation.statuses.join(', ')} are`],
  ],
  [
    'a status that was not asked for',
    describeAll({}, 401),
    ['429 status: the contract answers 401 to this request'],
  ],
  ['HTML', describeAll({ body: ' <html>' }), ['429 body: is not JSON; it looks like HTML']],
  ['JSON that is cut off', describeAll({ body: '{"a' }), ['429 body: is not JSON']],
  ['no body', describeAll({ body: '' }), ['429 body: is empty']],
  [
    'several things at once',
    describeAll({ headers: { 'retry-after': 'soon' }, body: '' }),
    [
      '429 media type: content-type is missing; application/json is declared',
      String.raw`429 header Retry-After: must match pattern "^-?\d+$"`,
      '429 body: is empty',
    ],
  ],
])('says what is wrong with %s, and where', (_, lines, expected) => {
  expect(lines).toEqual(expected)
})

test('never quotes a body', () => {
  const secret = 'mZAYn5aLEqKUlZ'
  for (const wrong of [secret, `{"${secret}`, JSON.stringify({ status_code: secret })]) {
    expect(describeAll({ body: wrong }).join('\n')).not.toContain(secret)
  }
})

test.each(['', 'json', '\u001B[31mred', `text/${'x'.repeat(60)}`, 'a/b\n::error::c'])(
  'does not repeat the content type %j',
  (contentType) => {
    const received = { ...rightResponse('revoked'), headers: { get: () => contentType } }
    expect(checkResponse(received).map(describeFinding)).toEqual([
      '200 media type: content-type is no media type; application/json is declared',
    ])
  },
)

test("holds every example of the contract's own document against its schema", () => {
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
