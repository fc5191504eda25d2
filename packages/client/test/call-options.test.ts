import fc from 'fast-check'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import type { CallOptions } from '../src/options.ts'
import { connectTo } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { methodNameOf, paramsOf, sessionsOf } from './operations.ts'

const token = 'session-token-1'
const jwt = 'header.payload.signature'
const without =
  '; pass session_token or session_jwt in it, or leave it out to call without a permission check'

/** Values of either form of a session, and what the error says of each. */
const invalidSessions = ['session_token', 'session_jwt'].flatMap((name) =>
  Object.entries({
    'must be a string, not undefined': undefined,
    'must be a string, not null': null,
    'must be a string, not a number': 7,
    'is empty': '',
    'ends with a line break; remove it, for example with trim()': `${token}\n`,
    'has a character that is not visible ASCII': `${token} ${token}`,
  }).map(([problem, value]): [string, unknown, string] => [
    name,
    { authorization: { [name]: value } },
    `${name} ${problem}`,
  ]),
)

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const sessions = sessionsOf(operation)
  const method = methodNameOf(operation)
  const { tryCall } = connectTo(operation, 'http://127.0.0.1:1', {
    fetch: () => Promise.reject(new Error('a request was sent')),
    maxRetries: 0,
  })

  test.each<[string, unknown, string]>([
    [
      'authorisation',
      { authorisation: { session_token: token } },
      'authorisation is not an option',
    ],
    ['timeout', { timeout: 1 }, 'timeout is not an option; use timeoutMs'],
    [
      'session_token',
      { session_token: token },
      'session_token is not an option; use authorization: { session_token }',
    ],
    ['signal', { signal: new AbortController() }, 'signal must be an AbortSignal'],
    ['signal', { signal: false }, 'signal must be an AbortSignal'],
    ['signal', { signal: '' }, 'signal must be an AbortSignal'],
    ['signal', { signal: { addEventListener: () => undefined } }, 'signal must be an AbortSignal'],
    ['timeoutMs', { timeoutMs: -1 }, 'timeoutMs must be an integer, 1 to 2147483647'],
    [
      'maxResponseBytes',
      { maxResponseBytes: 0 },
      'maxResponseBytes must be an integer, 1 to 2147483647',
    ],
    ['headers', { headers: [] }, 'headers must be a plain object'],
    ['headers', { headers: 'X-Id: 1' }, 'headers must be a plain object'],
    ['authorization', { authorization: 'token' }, 'authorization must be a plain object'],
    ['authorization', { authorization: undefined }, `authorization is undefined${without}`],
    ['authorization', { authorization: null }, `authorization is null${without}`],
    ['authorization', { authorization: {} }, `authorization is empty${without}`],
    ['session_tokn', { authorization: { session_tokn: token } }, 'session_tokn is not an option'],
    [
      'authorization',
      { authorization: { session_token: token, session_jwt: jwt } },
      'authorization must be session_token or session_jwt, not both',
    ],
    ...invalidSessions,
  ])('%s: %j is rejected', async (argument, options, message) => {
    const [problem, advice] = message.split('; ')
    const expected = `${problem} (${method})${advice === undefined ? '' : `; ${advice}`}`
    const result = await tryCall(params, options as CallOptions) // as an untyped caller could pass
    expect(result).toMatchObject({
      ok: false,
      error: {
        kind: 'argument',
        argument,
        attempts: 0,
        message: expect.stringContaining(expected),
      },
    })
  })

  test.each(['a\r\nX-Evil: 1', 'a b', 'tökentöken', '\u0000', ' padded'])(
    'a session that a header cannot carry is rejected and not shown: %j',
    async (value) => {
      for (const name of ['session_token', 'session_jwt']) {
        const options: object = { authorization: { [name]: value } }
        const result = await tryCall(params, options)
        expect(result).toMatchObject({ error: { kind: 'argument', argument: name } })
        expect(JSON.stringify(result)).not.toContain(value.trim())
      }
    },
  )

  test('each form of a session has its own header', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const { call } = connectTo(operation, server.url)
    for (const { authorization } of sessions) await call(params, { authorization })
    await call(params)
    const received = server.requests.map(({ headers }) =>
      sessions.map(({ header }) => headers[header]),
    )
    const expected = sessions.map((sent) =>
      sessions.map(({ header, value }) => (header === sent.header ? value : undefined)),
    )
    expect(received).toEqual([...expected, sessions.map(() => undefined)])
  })

  test('the no-throw twin never throws, whatever its arguments', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (anyParams, anyOptions) => {
        const untyped = tryCall as (...args: unknown[]) => Promise<{ ok: boolean }> // as an untyped caller could pass
        const { ok } = await untyped(anyParams, anyOptions)
        expect(ok).toBe(false)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each(['authorization', 'session_token', 'session_jwt', 'headers', 'signal'])(
    '%s among the params is rejected, since it would do nothing there',
    async (name) => {
      const result = await tryCall(Object.assign({}, params, { [name]: {} }))
      expect(result).toMatchObject({
        error: {
          kind: 'argument',
          message: `${name} is not a parameter (${method}); pass it in the second argument`,
        },
      })
    },
  )
})
