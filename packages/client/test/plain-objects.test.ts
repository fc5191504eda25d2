import type { B2BClientConfig } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import type { Operation, OperationId } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import type { CallOptions } from '../src/options.ts'
import type { Params } from '../src/params.ts'
import { connectTo, credentials, methodsOf } from './client.ts'
import type { LoopbackServer } from './loopback.ts'
import { listen, respondWith } from './loopback.ts'
import { methodNameOf, paramsOf } from './operations.ts'

const session_token = 'session-token-1'
const authorization = { session_token }

class WithGetter {
  get authorization() {
    return authorization
  }
}

class WithField {
  authorization = authorization
}

const notPlain: [string, object][] = [
  ['an instance with a getter', new WithGetter()],
  ['an instance with a field', new WithField()],
  ['an object that inherits its session', Object.create({ authorization })],
  [
    'an object whose prototype has no prototype',
    Object.create(Object.assign(nullPrototype(), { authorization })),
  ],
  ['an array', [authorization]],
  ['a Map', new Map([['authorization', authorization]])],
]

async function succeedingServer(operation: Operation): Promise<LoopbackServer> {
  return listen((_, response) => respondWith(response, operation, 'success'))
}

/** An object without a prototype. */
function nullPrototype(): object {
  return Object.create(null) as object // Object.create returns any
}

/** An object with a getter that throws. */
function withThrowingGetter(name: string): object {
  return Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw new Error('message of a throwing getter')
    },
  })
}

test('an instance of a class is rejected as config', () => {
  class Config {
    project_id = credentials.project_id
    secret = credentials.secret
    get baseUrl() {
      return 'https://elsewhere.example'
    }
  }
  expect(() => new B2BClient(new Config())).toThrow('config must be a plain object (B2BClient)')
})

test('a config that throws when it is read is rejected', () => {
  const config = withThrowingGetter('secret') as B2BClientConfig // as an untyped caller could pass
  expect(() => new B2BClient(config)).toThrow('config must be a plain object (B2BClient)')
})

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)
  const method = methodNameOf(operation)
  const sessionHeader = operation.sessionHeaders.token?.toLowerCase() ?? ''

  test.each(notPlain)(
    '%s is rejected as options, since its session would not be sent',
    async (_, options) => {
      const server = await succeedingServer(operation)
      const result = await connectTo(operation, server.url).tryCall(params, options)
      expect(result).toMatchObject({
        error: {
          kind: 'argument',
          argument: 'options',
          attempts: 0,
          message: `options must be a plain object (${method})`,
        },
      })
      expect(server.requests).toHaveLength(0)
    },
  )

  test.each([7, 'options', true, Symbol('options'), () => authorization])(
    'options that are not an object are rejected: %s',
    async (options) => {
      const { tryCall } = connectTo(operation, 'http://127.0.0.1:1', { maxRetries: 0 })
      expect(await tryCall(params, options as CallOptions)).toMatchObject({
        error: { kind: 'argument', argument: 'options' },
      }) // as an untyped caller could pass
    },
  )

  test('an instance of a class is rejected as authorization', async () => {
    class Session {
      get session_token() {
        return session_token
      }
    }
    const server = await succeedingServer(operation)
    const options = { authorization: new Session() }
    expect(await connectTo(operation, server.url).tryCall(params, options)).toMatchObject({
      error: { kind: 'argument', argument: 'authorization' },
    })
    expect(server.requests).toHaveLength(0)
  })

  test('objects without a prototype are accepted', async () => {
    const server = await succeedingServer(operation)
    const config = Object.assign(nullPrototype(), { ...credentials, baseUrl: server.url })
    const client = new B2BClient(config)
    const session = Object.assign(nullPrototype(), authorization)
    await methodsOf(client, operation).call(
      Object.assign(nullPrototype(), params) as Params<OperationId>, // safe: Object.assign added the params
      Object.assign(nullPrototype(), { authorization: session }) as CallOptions, // safe: Object.assign added the session
    )
    expect(server.requests[0]?.headers[sessionHeader]).toBe(session_token)
  })

  test.each<[string, object, object]>([
    ['params', withThrowingGetter('member_id'), {}],
    ['options', params, withThrowingGetter('authorization')],
    [
      'options',
      params,
      new Proxy(
        {},
        {
          getPrototypeOf: () =>
            withThrowingGetter('a') && Reflect.get(withThrowingGetter('a'), 'a'),
        },
      ),
    ],
    ['authorization', params, { authorization: withThrowingGetter('session_token') }],
    ['signal', params, { signal: withThrowingGetter('addEventListener') }],
  ])('%s that throw when they are read are rejected', async (argument, invalid, options) => {
    const { tryCall } = connectTo(operation, 'http://127.0.0.1:1')
    const result = await tryCall(invalid as Params<OperationId>, options) // as an untyped caller could pass
    expect(result).toMatchObject({ ok: false, error: { kind: 'argument', argument, attempts: 0 } })
    expect(String(Object(result).error)).not.toContain('throwing getter')
  })
})
