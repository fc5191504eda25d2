import type { B2BClientConfig, RevokeOptions, RevokeParams } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import { operation } from '@connected-apps/contract'
import { headerParameterExamples } from '@connected-apps/contract/examples'
import { afterEach, expect, test, vi } from 'vitest'
import { connectTo, credentials, ids } from './client.ts'
import type { LoopbackServer } from './loopback.ts'
import { exampleOf, listen, respondWith } from './loopback.ts'

const session_token = headerParameterExamples['X-Stytch-Member-Session']
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

afterEach(() => {
  vi.unstubAllGlobals()
})

async function succeedingServer(): Promise<LoopbackServer> {
  return listen((_, response) => respondWith(response, 200))
}

/** An object without a prototype. */
function nullPrototype(): object {
  return Object.create(null) as object // Object.create returns any
}

/** Runs the work while every object inherits the property. */
async function withPollutedPrototype<T>(
  name: string,
  value: unknown,
  work: () => Promise<T>,
): Promise<T> {
  // openapi-fetch takes an enumerable property for a query parameter, and throws if it is an object.
  const enumerable = typeof value !== 'object'
  const property = { value, configurable: true, enumerable, writable: true }
  // oxlint-disable-next-line no-extend-native -- an attack does this; it is undone below
  Object.defineProperty(Object.prototype, name, property)
  try {
    return await work()
  } finally {
    Reflect.deleteProperty(Object.prototype, name)
  }
}

test.each(notPlain)(
  '%s is rejected as options, since its session would not be sent',
  async (_, options) => {
    const server = await succeedingServer()
    const result = await connectTo(server.url).tryRevoke(ids, options)
    expect(result).toMatchObject({
      error: {
        kind: 'argument',
        argument: 'options',
        attempts: 0,
        message: 'options must be a plain object (revoke)',
      },
    })
    expect(server.requests).toHaveLength(0)
  },
)

test.each([7, 'options', true, Symbol('options'), () => authorization])(
  'options that are not an object are rejected: %s',
  async (options) => {
    const { tryRevoke } = connectTo('http://127.0.0.1:1', { maxRetries: 0 })
    expect(await tryRevoke(ids, options as RevokeOptions)).toMatchObject({
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
  const server = await succeedingServer()
  const options = { authorization: new Session() }
  expect(await connectTo(server.url).tryRevoke(ids, options)).toMatchObject({
    error: { kind: 'argument', argument: 'authorization' },
  })
  expect(server.requests).toHaveLength(0)
})

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

test('objects without a prototype are accepted', async () => {
  const server = await succeedingServer()
  const config = Object.assign(nullPrototype(), { ...credentials, baseUrl: server.url })
  const client = new B2BClient(config)
  const session = Object.assign(nullPrototype(), authorization)
  await client.organizations.members.connectedApps.revoke(
    Object.assign(nullPrototype(), ids) as RevokeParams, // safe: Object.assign added the ids
    Object.assign(nullPrototype(), { authorization: session }) as RevokeOptions, // safe: Object.assign added the session
  )
  expect(server.requests[0]?.headers['x-stytch-member-session']).toBe(session_token)
})

test.each<[string, unknown]>([
  ['baseUrl', 'https://elsewhere.example'],
  ['fetch', () => Promise.reject(new Error('stolen'))],
  ['maxRetries', 'many'],
  ['authorization', { session_token: 'session-of-somebody-else' }],
  ['signal', AbortSignal.abort()],
  ['session_jwt', 'jwt-of-somebody-else'],
])('nothing is read from a polluted Object.prototype: %s', async (name, value) => {
  const sent: Request[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    sent.push(new Request(url, { headers: init.headers ?? {} }))
    return Response.json(exampleOf(200))
  })
  await withPollutedPrototype(name, value, async () => {
    const { revoke } = new B2BClient(credentials).organizations.members.connectedApps
    await revoke(ids, { authorization })
    await revoke(ids)
  })
  expect(sent.map(({ headers }) => headers.get('x-stytch-member-session'))).toEqual([
    session_token,
    null,
  ])
  expect(sent.filter(({ url }) => url.startsWith(`${operation.servers[1]}/v1/`))).toEqual(sent)
})

test('a polluted Object.prototype does not allow cleartext', async () => {
  const create = async () => new B2BClient({ ...credentials, baseUrl: 'http://10.0.0.1' })
  await expect(withPollutedPrototype('dangerouslyAllowCleartext', true, create)).rejects.toThrow(
    'must be https',
  )
})

test('an id on a polluted Object.prototype does not replace a missing one', async () => {
  const { organization_id, connected_app_id } = ids
  const params = { organization_id, connected_app_id } as RevokeParams // as an untyped caller could pass
  const { tryRevoke } = connectTo('http://127.0.0.1:1')
  const result = await withPollutedPrototype('member_id', ids.member_id, () => tryRevoke(params))
  expect(result).toMatchObject({ error: { kind: 'argument', argument: 'member_id' } })
})

/** An object with a getter that throws. */
function withThrowingGetter(name: string): object {
  return Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw new Error('message of a throwing getter')
    },
  })
}

test.each<[string, object, object]>([
  ['params', withThrowingGetter('member_id'), {}],
  ['options', ids, withThrowingGetter('authorization')],
  [
    'options',
    ids,
    new Proxy(
      {},
      {
        getPrototypeOf: () => withThrowingGetter('a') && Reflect.get(withThrowingGetter('a'), 'a'),
      },
    ),
  ],
  ['authorization', ids, { authorization: withThrowingGetter('session_token') }],
  ['signal', ids, { signal: withThrowingGetter('addEventListener') }],
])('%s that throw when they are read are rejected', async (argument, params, options) => {
  const { tryRevoke } = connectTo('http://127.0.0.1:1')
  const result = await tryRevoke(params as RevokeParams, options) // as an untyped caller could pass
  expect(result).toMatchObject({ ok: false, error: { kind: 'argument', argument, attempts: 0 } })
  expect(String(Object(result).error)).not.toContain('throwing getter')
})

test('a config that throws when it is read is rejected', () => {
  const config = withThrowingGetter('secret') as B2BClientConfig // as an untyped caller could pass
  expect(() => new B2BClient(config)).toThrow('config must be a plain object (B2BClient)')
})
