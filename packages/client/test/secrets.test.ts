import type { Authorization, Fetch } from '@connected-apps/client'
import { B2BClient, ConnectedAppsError } from '@connected-apps/client'
import { allOperations } from '@connected-apps/contract/operations'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { credentials, methodsOf } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { exampleOf, firstIdOf, paramsOf } from './operations.ts'
import { textOf } from './results.ts'

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

const throwRequest: Fetch = (url, init) => {
  const { headers } = init
  const text = JSON.stringify(headers)
  const cause = Object.assign(new Error(text), { code: headers['authorization'], url, init })
  return Promise.reject(Object.assign(new TypeError(text, { cause }), { headers, init }))
}

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)

  test.each(['network', 'timeout', 'aborted', 'argument'] as const)(
    'neither a result of kind %s, nor the events of hooks, nor the client contains a secret',
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(secrets, async ({ secret, authorization }) => {
          const values: unknown[] = []
          const record = (event: unknown) => values.push(event)
          const client = new B2BClient({
            ...credentials,
            secret,
            baseUrl: 'http://127.0.0.1:1',
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
  expect(create).toThrow(ConnectedAppsError)
  expect(create).not.toThrow('broken')
})
