import { B2BClient } from '@connected-apps/client'
import { serverFor } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { connectTo, credentials, methodsOf } from './client.ts'
import { listen } from './loopback.ts'
import { methodNameOf, paramsOf } from './operations.ts'
import { fetchFailed, platformError, platformErrors } from './platform-errors.ts'

const origin = 'https://user-facing.example.test:8443'

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const start = `${methodNameOf(operation)}: no response from ${origin}`

  /** The error of a call whose fetch rejects. */
  async function errorOf(thrown: unknown, config: object = {}) {
    const fetch = () => Promise.reject(thrown)
    const { tryCall } = connectTo(operation, `${origin}/prefix`, {
      fetch,
      maxRetries: 0,
      ...config,
    })
    const result = await tryCall(params)
    if (result.ok) throw new Error('a call without a response was ok')
    return result.error
  }

  test.each(platformErrors)(
    '%s: the error has the code and says why',
    async (_, thrown, code, why) => {
      const error = await errorOf(thrown)
      expect(error).toMatchObject({ kind: 'network', attempts: 1 })
      expect(Object(error).code).toBe(code)
      expect(error.message.startsWith(`${start} (`)).toBe(true)
      expect(error.message).toContain(why)
      if (code !== undefined) expect(error.message.split(code)).toHaveLength(2)
      expect(error.message).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect(Object.keys(error).toSorted()).toEqual(
        ['attempts', 'code', 'kind'].filter((name) => name !== 'code' || code !== undefined),
      )
    },
  )

  test('a fetch that throws rather than rejects is a network error, too', async () => {
    const error = platformError('thrown', { code: 'EPERM' })
    const fetch = () => {
      throw error
    }
    const { tryCall } = connectTo(operation, origin, { fetch, maxRetries: 0 })
    expect(await tryCall(params)).toMatchObject({ error: { kind: 'network', code: 'EPERM' } })
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a symbol', Symbol('no')],
    ['an object without a prototype', Object.create(null)],
    [
      'an object whose properties throw',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no')
          },
        },
      ),
    ],
    [
      'an object that cannot be converted to a string',
      {
        toString: () => {
          throw new Error('no')
        },
      },
    ],
    ['a revoked proxy', revokedProxy()],
    ['a code that is an object', { code: { toString: () => 'ECONNRESET' } }],
    ['a code that is a number', platformError('', { code: 20 })],
    ['a code that is a sentence', platformError('', { code: 'Could not be reached' })],
    ['an error that is its own cause', ownCause()],
  ])('%s can be thrown, and the message is one line without a code', async (_, thrown) => {
    const error = await errorOf(thrown)
    expect(error).toMatchObject({ kind: 'network', attempts: 1 })
    expect(error).not.toHaveProperty('code')
    expect(error.message.startsWith(start)).toBe(true)
    expect(error.message).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
  })

  test('a thrown error can neither forge log lines nor flood a log', async () => {
    const text = `a\r\nb\u0085c\u2028d\u2029e\u001b[2Kf${'.'.repeat(9_000)}`
    const { message } = await errorOf(fetchFailed(text, 'ECONNRESET'))
    expect(message).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
    expect(message.length).toBeLessThan(600)
    expect(message).toContain('ECONNRESET')
  })

  test('the message has the origin alone, not the path of the base URL or the ids', async () => {
    const { message } = await errorOf(fetchFailed('down'))
    expect(message).toBe(`${start} (down)`)
  })

  test('without a base URL, the message has the origin of the server of the project', async () => {
    const fetch = () => Promise.reject(fetchFailed('down'))
    const client = new B2BClient({ ...credentials, fetch, maxRetries: 0 })
    const result = await methodsOf(client, operation).tryCall(params)
    expect(result).toHaveProperty(
      'error.message',
      `${methodNameOf(operation)}: no response from ${serverFor(credentials.project_id)} (down)`,
    )
  })

  test('a connection that is refused has its origin, code and cause in the message', async () => {
    const server = await listen(() => undefined)
    await server.stop()
    const { host } = new URL(server.url)
    const result = await connectTo(operation, `${server.url}/api`, {
      maxRetries: 0,
    }).tryCall(params)
    expect(result).toMatchObject({
      error: {
        kind: 'network',
        code: 'ECONNREFUSED',
        message: `${methodNameOf(operation)}: no response from ${server.url} (connect ECONNREFUSED ${host})`,
      },
    })
  })

  test('a connection that is closed is named', async () => {
    const server = await listen((_, response) => response.destroy())
    const result = await connectTo(operation, server.url, {
      maxRetries: 0,
    }).tryCall(params)
    expect(result).toMatchObject({
      error: { kind: 'network', code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/) },
    })
  })
})

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function ownCause(): Error {
  const error = new Error('round and round')
  error.cause = error
  return error
}
