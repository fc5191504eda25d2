import fc from 'fast-check'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import type { CallOptions } from '../src/options.ts'
import { connectTo } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { paramsOf, sessionsOf } from './operations.ts'

const token = 'session-token-1'
const jwt = 'header.payload.signature'

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const sessions = sessionsOf(operation)
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
    ['timeout', { timeout: 1 }, 'timeout is not an option'],
    ['signal', { signal: new AbortController() }, 'signal must be an AbortSignal'],
    ['timeoutMs', { timeoutMs: -1 }, 'timeoutMs must be'],
    ['session_token', { authorization: {} }, 'session_token is missing'],
    ['session_token', { authorization: null }, 'session_token is missing'],
    ['session_token', { authorization: { session_token: undefined } }, 'session_token is missing'],
    ['session_token', { authorization: { session_token: '' } }, 'session_token is missing'],
    ['session_token', { authorization: { session_tokn: token } }, 'session_token is missing'],
    ['session_jwt', { authorization: { session_jwt: 7 } }, 'session_jwt is missing'],
    ['authorization', { authorization: { session_token: token, session_jwt: jwt } }, 'not both'],
  ])('%s: %j is rejected', async (argument, options, message) => {
    const result = await tryCall(params, options as CallOptions) // as an untyped caller could pass
    expect(result).toMatchObject({
      ok: false,
      error: { kind: 'argument', argument, attempts: 0, message: expect.stringContaining(message) },
    })
  })

  test.each(['a\r\nX-Evil: 1', 'a b', 'tökentöken', '\u0000', ' padded'])(
    'a session that a header cannot carry is rejected and not shown: %j',
    async (value) => {
      for (const name of ['session_token', 'session_jwt']) {
        const authorization = { [name]: value }
        const result = await tryCall(params, { authorization } as CallOptions) // as an untyped caller could pass
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
})
