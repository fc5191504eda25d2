import type { RevokeOptions } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import { operation } from '@connected-apps/contract'
import { headerParameterExamples } from '@connected-apps/contract/examples'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { connectTo, credentials, ids } from './client.ts'
import { listen, respondWith } from './loopback.ts'

const token = headerParameterExamples['X-Stytch-Member-Session']
const jwt = headerParameterExamples['X-Stytch-Member-SessionJWT']

function createClient(config: object): B2BClient {
  return new B2BClient({ ...credentials, ...config })
}

describe('the config', () => {
  test.each([
    ['timeout', { timeout: 1 }, /^timeout is not an option \(B2BClient\); use .*timeoutMs/],
    ['env', { env: 'test' }, /^env is not an option \(B2BClient\); use .*baseUrl/],
    [
      'onRequst',
      { hooks: { onRequst: () => undefined } },
      /^onRequst is not an option .*onRequest/,
    ],
    ['project_id', { project_id: undefined }, /^project_id is missing/],
    ['project_id', { project_id: '' }, /^project_id is missing/],
    ['project_id', { project_id: 'project:1' }, /^project_id has a colon/],
    ['secret', { secret: undefined }, /^secret is missing/],
    ['fetch', { fetch: 'fetch' }, /^fetch must be a function/],
    ['onRetry', { hooks: { onRetry: 1 } }, /^onRetry must be a function/],
    ['timeoutMs', { timeoutMs: 0 }, /^timeoutMs must be an integer, 1 to 2147483647/],
    ['timeoutMs', { timeoutMs: '5' }, /^timeoutMs must be/],
    ['timeoutMs', { timeoutMs: NaN }, /^timeoutMs must be/],
    ['deadlineMs', { deadlineMs: Infinity }, /^deadlineMs must be/],
    ['deadlineMs', { deadlineMs: 2 ** 31 }, /^deadlineMs must be/],
    ['maxRetries', { maxRetries: -1 }, /^maxRetries must be an integer, 0 to/],
    ['maxRetries', { maxRetries: 1.5 }, /^maxRetries must be/],
  ])('an invalid %s is rejected by name: %j', (argument, config, message) => {
    expect(() => createClient(config)).toThrow(
      expect.objectContaining({
        kind: 'argument',
        argument,
        message: expect.stringMatching(message),
      }),
    )
  })

  test('a missing config is rejected', () => {
    expect(() => Reflect.construct(B2BClient, [])).toThrow('project_id is missing')
  })

  test.each(['a\r\nb', 'a\nb', 'a b', 'sécret-secret', '秘密', '\u0000', 'tail\n'])(
    'a credential that a header cannot carry is rejected and not shown: %j',
    (value) => {
      for (const name of ['project_id', 'secret']) {
        const error = thrownBy(() => createClient({ [name]: value }))
        expect(error).toMatchObject({ kind: 'argument', argument: name })
        expect(String(error)).not.toContain(value)
      }
    },
  )
})

describe('the server', () => {
  test.each([
    ['project-live-1', operation.servers[0]],
    ['project-test-1', operation.servers[1]],
    ['project-1', operation.servers[1]],
  ])('of %s is the one in the contract', async (project_id, url) => {
    const urls: string[] = []
    const fetch = async (request: Request) => {
      urls.push(request.url)
      return new Response()
    }
    await createClient({ project_id, fetch }).organizations.members.connectedApps.tryRevoke(ids)
    expect(urls).toEqual([expect.stringMatching(new RegExp(`^${url}/v1/`))])
  })

  test.each(['', '/', '/a/b', '/a/b/', '/a%20b//'])('keeps the path prefix %j', async (prefix) => {
    const server = await listen((_, response) => respondWith(response, 200))
    await connectTo(server.url + prefix).revoke(ids)
    const path = server.requests[0]?.url ?? ''
    expect(path.slice(0, path.indexOf('/v1/'))).toBe(prefix.replace(/\/+$/, ''))
  })

  test.each([
    'http://localhost:1',
    'http://api.localhost:1',
    'http://127.9.9.9:1',
    'http://127.1',
    'http://[::1]:1',
    'http://LOCALHOST/@scope',
    'https://example.com',
    'https://example.com/@scope/a:b',
  ])('may be %s', (baseUrl) => {
    expect(() => createClient({ baseUrl })).not.toThrow()
  })

  test.each([
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://10.0.0.1',
    'http://10.0.0.1/x.localhost/',
    'http://localhost@example.com',
    'http://user@localhost',
    'http://:pass-word@localhost',
    'https://user@example.com',
    'https://user:pass-word@example.com',
    'https://example.com?a=b',
    'https://example.com?',
    'https://example.com#a',
    'ftp://example.com',
    'example.com',
    '/v1',
    '',
    7,
  ])('must not be %j', (baseUrl) => {
    const error = thrownBy(() => createClient({ baseUrl }))
    expect(error).toMatchObject({ kind: 'argument', argument: 'baseUrl' })
    expect(String(error)).not.toContain('pass-word')
  })

  test('is called over cleartext only if that is allowed explicitly', () => {
    const baseUrl = 'http://10.0.0.1'
    expect(() => createClient({ baseUrl, dangerouslyAllowCleartext: true })).not.toThrow()
  })
})

describe('the options of a call', () => {
  const calls = connectTo('http://127.0.0.1:1', {
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
    const result = await calls.tryRevoke(ids, options as RevokeOptions) // as an untyped caller could pass
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
        const result = await calls.tryRevoke(ids, { authorization } as RevokeOptions) // as an untyped caller could pass
        expect(result).toMatchObject({ error: { kind: 'argument', argument: name } })
        expect(JSON.stringify(result)).not.toContain(value.trim())
      }
    },
  )

  test('each kind of session has its own header', async () => {
    const server = await listen((_, response) => respondWith(response, 200))
    const { revoke } = connectTo(server.url)
    await revoke(ids, { authorization: { session_token: token } })
    await revoke(ids, { authorization: { session_jwt: jwt } })
    await revoke(ids)
    expect(
      server.requests.map(({ headers }) => [
        headers['x-stytch-member-session'],
        headers['x-stytch-member-sessionjwt'],
      ]),
    ).toEqual([
      [token, undefined],
      [undefined, jwt],
      [undefined, undefined],
    ])
  })

  test('tryRevoke never throws, whatever its arguments', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (params, options) => {
        const { ok } = await (calls.tryRevoke as (...args: unknown[]) => Promise<{ ok: boolean }>)(
          params,
          options,
        ) // as an untyped caller could pass
        expect(ok).toBe(false)
      }),
      { numRuns: 1_000 },
    )
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('did not throw')
}
