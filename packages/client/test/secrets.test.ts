import { inspect } from 'node:util'
import type { Authorization, Fetch } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import type { Operation } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodedForms } from '../src/redact.ts'
import { credentials, methodsOf } from './client.ts'
import type { LoopbackServer } from './loopback.ts'
import { listen, respondWith } from './loopback.ts'
import { bodyOf, exampleOf, firstIdOf, paramsOf } from './operations.ts'

/** Every text form in which a value can end up in a log. */
function textOf(value: unknown): string {
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
  ) as fc.Arbitrary<Authorization>, // safe: they lack the property that is `never`
})

type EchoMode = 'http' | 'status' | 'html' | 'ok'

// A server that echoes each request, in every part of a response that an error could contain.
async function listenAndEcho(operation: Operation): Promise<LoopbackServer & { mode: EchoMode }> {
  const server = await listen((request, response) => {
    const echo = JSON.stringify(request.headers)
    const status = {
      http: exampleOf(operation, 'unauthorized').status,
      status: 599, // undeclared
      html: exampleOf(operation, 'server failure').status,
      ok: operation.successStatus,
    }[self.mode]
    const type = self.mode === 'html' ? 'text/html' : operation.mediaType
    response.writeHead(status, { 'content-type': type, 'x-echo': echo })
    response.end(
      JSON.stringify({
        ...bodyOf(operation, 'success'),
        ...bodyOf(operation, 'unauthorized'),
        status_code: status,
        request_id: `r ${request.headers.authorization}`,
        error_message: echo,
        error_details: { deep: [request.headers] },
      }),
    )
  })
  const self = Object.assign<LoopbackServer, { mode: EchoMode }>(server, { mode: 'http' })
  return self
}

const throwRequest: Fetch = (request) => {
  const headers = Object.fromEntries(request.headers)
  const text = JSON.stringify(headers)
  const cause = Object.assign(new Error(text), { code: headers['authorization'], request })
  return Promise.reject(Object.assign(new TypeError(text, { cause }), { headers, request }))
}

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)

  test.each(['http', 'status', 'html', 'ok', 'network', 'timeout', 'aborted', 'argument'] as const)(
    'neither a result of kind %s, nor the events of hooks, nor the client contains a secret',
    async (mode) => {
      const server = await listenAndEcho(operation)
      await fc.assert(
        fc.asyncProperty(secrets, async ({ secret, authorization }) => {
          if (mode in { http: 1, status: 1, html: 1, ok: 1 }) Object.assign(server, { mode })
          const values: unknown[] = []
          const record = (event: unknown) => values.push(event)
          const client = new B2BClient({
            ...credentials,
            secret,
            baseUrl: server.url,
            maxRetries: mode === 'network' ? 1 : 0,
            ...(mode === 'network' && { fetch: throwRequest, deadlineMs: 600 }),
            ...(mode === 'timeout' && { fetch: () => new Promise(() => undefined), timeoutMs: 1 }),
            hooks: { onRequest: record, onResponse: record, onRetry: record },
          })
          const { tryCall } = methodsOf(client, operation)
          const invalid = mode === 'argument' && { [firstIdOf(operation)]: '..' }
          const options = mode === 'aborted' ? { signal: AbortSignal.abort(secret) } : {}
          const result = await tryCall({ ...params, ...invalid }, { authorization, ...options })
          values.push(client, result, result.ok ? result.body : result.error)

          const text = values.map(textOf).join('\n')
          const basic = btoa(`${credentials.project_id}:${secret}`)
          for (const sensitive of [secret, basic, ...Object.values(authorization)]) {
            expect(text).not.toContain(sensitive)
          }
        }),
        { numRuns: mode === 'network' ? 5 : 25 },
      )
    },
  )

  test('an error contains neither the platform error nor the request', async () => {
    const client = new B2BClient({
      ...credentials,
      baseUrl: 'http://127.0.0.1:1',
      fetch: throwRequest,
      maxRetries: 0,
    })
    const result = await methodsOf(client, operation).tryCall(params)
    const error = result.ok ? undefined : result.error
    expect(error).not.toHaveProperty('cause')
    expect(Object.keys(error ?? {})).toEqual(['kind', 'attempts'])
  })

  test('a session that looks like an error code is not used as one', async () => {
    const session_token = 'SESSION_TOKEN_IN_CAPITALS'
    const fetch = () => Promise.reject(Object.assign(new Error('no'), { code: session_token }))
    const client = new B2BClient({ ...credentials, fetch, maxRetries: 0 })
    const { tryCall } = methodsOf(client, operation)
    const result = await tryCall(params, { authorization: { session_token } })
    expect(textOf(result)).not.toContain(session_token)
  })

  test.each<[string, (secret: string) => unknown]>([
    ['as a property name', (secret) => ({ [secret]: 1 })],
    ['within a property name', (secret) => [{ deep: { [`x-${secret}-${secret}`]: [1] } }]],
    ['twice in a string', (secret) => `${secret} and ${secret}`],
    ['percent-encoded', (secret) => `/search?q=${encodeURIComponent(secret)}`],
  ])('a secret that is echoed %s is redacted', async (_, echoed) => {
    const secret = 'secret+"with\\/more=='
    const server = await listen((__, response) => {
      const { status } = exampleOf(operation, 'unauthorized')
      const example = bodyOf(operation, 'unauthorized')
      const body = { ...example, error_details: echoed(secret), kept: [{ name: null }, [7]] }
      response.writeHead(status, { 'content-type': operation.mediaType }).end(JSON.stringify(body))
    })
    const client = new B2BClient({ ...credentials, secret, baseUrl: server.url })
    const result = await methodsOf(client, operation).tryCall(params)
    for (const form of encodedForms(secret)) expect(textOf(result)).not.toContain(form)
    expect(textOf(result)).toContain('[redacted]')
    expect(result).toMatchObject({ error: { body: { kept: [{ name: null }, [7]] } } })
  })

  test('an error serializes to JSON with its message', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'unauthorized'))
    const client = new B2BClient({ ...credentials, baseUrl: server.url })
    const result = await methodsOf(client, operation).tryCall(params)
    const { status } = exampleOf(operation, 'unauthorized')
    expect(JSON.parse(JSON.stringify(result))).toMatchObject({
      ok: false,
      error: {
        message: expect.stringContaining(`${status}`),
        kind: 'http',
        attempts: 1,
        status_code: status,
      },
    })
  })
})

test('an invalid secret is not shown', () => {
  const secret = 'broken-secret\n'
  const create = () => new B2BClient({ ...credentials, secret })
  expect(create).toThrow('secret is missing or not visible ASCII (B2BClient)')
})
