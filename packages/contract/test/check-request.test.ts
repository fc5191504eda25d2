import { expect, test } from 'vitest'
import {
  headerParameterExamples,
  pathParameterExamples,
  requestBodyExamples,
} from '../src/examples.ts'
import { operation } from '../src/index.ts'
import { checkRequest } from '../src/request.ts'

const json = { 'content-type': operation.mediaType }

function check(given: {
  path?: object
  headers?: Record<string, string>
  body?: string | Uint8Array
}) {
  return checkRequest({
    path: { ...pathParameterExamples, ...given.path },
    headers: new Headers(given.headers),
    body: given.body ?? '',
  })
}

test.each([
  ['nothing but a path', {}],
  ['a session token', { headers: { 'X-Stytch-Member-Session': 'a-session' } }],
  ['an empty body of another type', { headers: { 'content-type': 'text/plain' } }],
  ...Object.values(requestBodyExamples).map((body): [string, Parameters<typeof check>[0]] => [
    'a body of the contract',
    { headers: json, body: JSON.stringify(body) },
  ]),
  ['an open body', { headers: json, body: '{"more":[1]}' }],
  ['a body as bytes', { headers: json, body: new TextEncoder().encode('{}') }],
  ['a body without encoding', { headers: { ...json, 'content-encoding': 'Identity' }, body: '{}' }],
])('%s is right', (_, given) => {
  expect(check(given)).toEqual([])
})

const byteOrderMark = new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])

test.each([
  [{ path: { member_id: '..' } }, 'path member_id', 'invalid_id'],
  [
    { headers: { 'X-Stytch-Member-SessionJWT': 'x' } },
    'header X-Stytch-Member-SessionJWT',
    'unable_to_parse_session_jwt',
  ],
  [
    { headers: headerParameterExamples },
    'header X-Stytch-Member-Session and X-Stytch-Member-SessionJWT',
    'too_many_session_arguments',
  ],
  [{ body: '{}' }, 'media type ', 'bad_request'],
  [{ headers: { 'content-type': 'text/plain' }, body: '{}' }, 'media type ', 'bad_request'],
  [
    { headers: { ...json, 'content-encoding': 'gzip' }, body: '{}' },
    'header Content-Encoding',
    'bad_request',
  ],
  [{ headers: json, body: '{' }, 'body ', 'bad_request'],
  [{ headers: json, body: ' ' }, 'body ', 'bad_request'],
  [{ headers: json, body: '[]' }, 'body ', 'bad_request'],
  [{ headers: json, body: byteOrderMark }, 'body ', 'bad_request'],
])('%j is wrong at %s', (given, at, answer) => {
  const [violation, ...others] = check(given)
  expect(`${violation?.part} ${violation?.where}`).toBe(at)
  expect(violation?.answer).toBe(answer)
  expect(others).toEqual([])
})

test('what is wrong stands in the order in which the contract checks', () => {
  const violations = check({
    path: { connected_app_id: '.', organization_id: '.' },
    headers: { ...headerParameterExamples, ...json },
    body: '{',
  })
  expect(violations.map(({ part, where }) => `${part} ${where}`)).toEqual([
    'path organization_id',
    'path connected_app_id',
    'header X-Stytch-Member-Session and X-Stytch-Member-SessionJWT',
    'body ',
  ])
})
