import { inspect } from 'node:util'
import type { Authorization, Fetch } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import { operation } from '@connected-apps/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spellings } from '../src/redact.ts'
import { credentials, ids } from './calls.ts'
import type { Loopback } from './loopback.ts'
import { answerWith, exampleOf, listen } from './loopback.ts'

/** Every text by which a value can come to a log. */
function shownBy(value: unknown): string {
  const { message, stack, cause } = Object(value)
  const inspected = inspect(value, { showHidden: true, depth: null, getters: true })
  return [value, message, stack, cause, inspected, inspect(value), JSON.stringify(value)].join('\n')
}

const header = fc.stringMatching(/^[!-~]{12,40}$/)
const token = fc.stringMatching(/^[A-Za-z0-9_-]{12,60}$/)
const jwt = fc.stringMatching(/^[A-Za-z0-9_-]{9,20}\.[A-Za-z0-9_-]{9,20}\.[A-Za-z0-9_-]{9,20}$/)
const secrets = fc.record({
  secret: header,
  authorization: fc.oneof(
    fc.record({ session_token: token }),
    fc.record({ session_jwt: jwt }),
  ) as fc.Arbitrary<Authorization>, // which has the other one as `never`
})

type Echoed = 'http' | 'status' | 'html' | 'ok'

// A server that sends back all it got, in every place where an error could show it.
async function echo(): Promise<Loopback & { mode: Echoed }> {
  const server = await listen((request, response) => {
    const heard = JSON.stringify(request.headers)
    const status = { http: 401, status: 502, html: 500, ok: 200 }[self.mode]
    const type = self.mode === 'html' ? 'text/html' : operation.mediaType
    response.writeHead(status, { 'content-type': type, 'x-heard': heard })
    response.end(
      JSON.stringify({
        ...exampleOf(401),
        status_code: status,
        request_id: `r ${request.headers.authorization}`,
        error_message: heard,
        error_details: { deep: [request.headers] },
      }),
    )
  })
  const self = Object.assign<Loopback, { mode: Echoed }>(server, { mode: 'http' })
  return self
}

const thrower: Fetch = (request) => {
  const headers = Object.fromEntries(request.headers)
  const text = JSON.stringify(headers)
  const cause = Object.assign(new Error(text), { code: headers['authorization'], request })
  return Promise.reject(Object.assign(new TypeError(text, { cause }), { headers, request }))
}

test.each(['http', 'status', 'html', 'ok', 'network', 'timeout', 'aborted', 'argument'] as const)(
  'no secret is in a result of kind %s, nor in what hooks see, nor in the client',
  async (mode) => {
    const server = await echo()
    await fc.assert(
      fc.asyncProperty(secrets, async ({ secret, authorization }) => {
        if (mode in { http: 1, status: 1, html: 1, ok: 1 }) Object.assign(server, { mode })
        const shown: unknown[] = []
        const see = (event: unknown) => shown.push(event)
        const client = new B2BClient({
          ...credentials,
          secret,
          baseUrl: server.url,
          maxRetries: mode === 'network' ? 1 : 0,
          ...(mode === 'network' && { fetch: thrower, deadlineMs: 600 }),
          ...(mode === 'timeout' && { fetch: () => new Promise(() => undefined), timeoutMs: 1 }),
          hooks: { onRequest: see, onResponse: see, onRetry: see },
        })
        const { tryRevoke } = client.organizations.members.connectedApps
        const params = mode === 'argument' ? { ...ids, member_id: '..' } : ids
        const options = mode === 'aborted' ? { signal: AbortSignal.abort(secret) } : {}
        const result = await tryRevoke(params, { authorization, ...options })
        shown.push(client, result, result.ok ? result.body : result.error)

        const text = shown.map(shownBy).join('\n')
        const basic = btoa(`${credentials.project_id}:${secret}`)
        for (const hidden of [secret, basic, ...Object.values(authorization)]) {
          expect(text).not.toContain(hidden)
        }
      }),
      { numRuns: mode === 'network' ? 5 : 25 },
    )
  },
)

test('an error keeps neither the platform error nor the request', async () => {
  const client = new B2BClient({
    ...credentials,
    baseUrl: 'http://127.0.0.1:1',
    fetch: thrower,
    maxRetries: 0,
  })
  const result = await client.organizations.members.connectedApps.tryRevoke(ids)
  const error = result.ok ? undefined : result.error
  expect(error).not.toHaveProperty('cause')
  expect(Object.keys(error ?? {})).toEqual(['kind', 'attempts'])
})

test('a session that looks like an error code is not taken for one', async () => {
  const session_token = 'SESSION_TOKEN_IN_CAPITALS'
  const fetch = () => Promise.reject(Object.assign(new Error('no'), { code: session_token }))
  const client = new B2BClient({ ...credentials, fetch, maxRetries: 0 })
  const { tryRevoke } = client.organizations.members.connectedApps
  const result = await tryRevoke(ids, { authorization: { session_token } })
  expect(shownBy(result)).not.toContain(session_token)
})

test.each<[string, (secret: string) => unknown]>([
  ['as a name', (secret) => ({ [secret]: 1 })],
  ['within a name', (secret) => [{ deep: { [`x-${secret}-${secret}`]: [1] } }]],
  ['twice in a text', (secret) => `${secret} and ${secret}`],
  ['percent-encoded', (secret) => `/search?q=${encodeURIComponent(secret)}`],
])('a secret that is echoed %s is not shown', async (_, echoed) => {
  const secret = 'secret+"with\\/more=='
  const server = await listen((__, response) => {
    const body = { ...exampleOf(404), error_details: echoed(secret), kept: [{ name: null }, [7]] }
    response.writeHead(404, { 'content-type': operation.mediaType }).end(JSON.stringify(body))
  })
  const client = new B2BClient({ ...credentials, secret, baseUrl: server.url })
  const result = await client.organizations.members.connectedApps.tryRevoke(ids)
  for (const spelling of spellings(secret)) expect(shownBy(result)).not.toContain(spelling)
  expect(shownBy(result)).toContain('[redacted]')
  expect(result).toMatchObject({ error: { body: { kept: [{ name: null }, [7]] } } })
})

test('an error as JSON is a whole log line', async () => {
  const server = await listen((_, response) => answerWith(response, 404))
  const client = new B2BClient({ ...credentials, baseUrl: server.url })
  const result = await client.organizations.members.connectedApps.tryRevoke(ids)
  expect(JSON.parse(JSON.stringify(result))).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('404'), kind: 'http', attempts: 1, status_code: 404 },
  })
})

test('a secret in a refused config or call is not shown', () => {
  const secret = 'broken-secret\n'
  const make = () => new B2BClient({ ...credentials, secret })
  expect(make).toThrow('secret is missing or not visible ASCII (B2BClient)')
})
