import type { B2BClientConfig, RevokeOptions, RevokeParams } from '@connected-apps/client'
import { B2BClient } from '@connected-apps/client'
import { operation } from '@connected-apps/contract'
import { headerParameterExamples } from '@connected-apps/contract/examples'
import { afterEach, expect, test, vi } from 'vitest'
import { connectTo, credentials, ids } from './calls.ts'
import type { Loopback } from './loopback.ts'
import { answerWith, exampleOf, listen } from './loopback.ts'

const session_token = headerParameterExamples['X-Stytch-Member-Session']
const authorization = { session_token }

class Getters {
  get authorization() {
    return authorization
  }
}

class Fields {
  authorization = authorization
}

const notPlain: [string, object][] = [
  ['a class with a getter', new Getters()],
  ['a class with fields', new Fields()],
  ['what inherits it', Object.create({ authorization })],
  ['what inherits it from no prototype', Object.create(Object.assign(bare(), { authorization }))],
  ['a list', [authorization]],
  ['a map', new Map([['authorization', authorization]])],
]

afterEach(() => {
  vi.unstubAllGlobals()
})

async function answering(): Promise<Loopback> {
  return listen((_, response) => answerWith(response, 200))
}

/** An object that inherits nothing. */
function bare(): object {
  return Object.create(null) as object // of the library it is any
}

/** What the work comes to while every object inherits a property. */
async function polluted<T>(name: string, value: unknown, work: () => Promise<T>): Promise<T> {
  // openapi-fetch reads what can be enumerated as a query, and refuses to send objects in one.
  const enumerable = typeof value !== 'object'
  const property = { value, configurable: true, enumerable, writable: true }
  // oxlint-disable-next-line no-extend-native -- what an attack does, until the work is over
  Object.defineProperty(Object.prototype, name, property)
  try {
    return await work()
  } finally {
    Reflect.deleteProperty(Object.prototype, name)
  }
}

test.each(notPlain)('%s is refused as options: its session would not be sent', async (_, given) => {
  const server = await answering()
  const result = await connectTo(server.url).tryRevoke(ids, given)
  expect(result).toMatchObject({
    error: {
      kind: 'argument',
      argument: 'options',
      attempts: 0,
      message: 'options must be a plain object (revoke)',
    },
  })
  expect(server.requests).toHaveLength(0)
})

test.each([7, 'options', true, Symbol('options'), () => authorization])(
  'options that are no object are refused: %s',
  async (given) => {
    const { tryRevoke } = connectTo('http://127.0.0.1:1', { maxRetries: 0 })
    expect(await tryRevoke(ids, given as RevokeOptions)).toMatchObject({
      error: { kind: 'argument', argument: 'options' },
    }) // as from JavaScript
  },
)

test('a class is refused as authorization', async () => {
  class Session {
    get session_token() {
      return session_token
    }
  }
  const server = await answering()
  const given = { authorization: new Session() }
  expect(await connectTo(server.url).tryRevoke(ids, given)).toMatchObject({
    error: { kind: 'argument', argument: 'authorization' },
  })
  expect(server.requests).toHaveLength(0)
})

test('a class is refused as config', () => {
  class Config {
    project_id = credentials.project_id
    secret = credentials.secret
    get baseUrl() {
      return 'https://elsewhere.example'
    }
  }
  expect(() => new B2BClient(new Config())).toThrow('config must be a plain object (B2BClient)')
})

test('objects without a prototype are as good as any', async () => {
  const server = await answering()
  const config = Object.assign(bare(), { ...credentials, baseUrl: server.url })
  const client = new B2BClient(config)
  const session = Object.assign(bare(), authorization)
  await client.organizations.members.connectedApps.revoke(
    Object.assign(bare(), ids) as RevokeParams, // the same
    Object.assign(bare(), { authorization: session }) as RevokeOptions, // the same
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
])('nothing is taken from a polluted Object.prototype: %s', async (name, value) => {
  const sent: Request[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    sent.push(new Request(url, { headers: init.headers ?? {} }))
    return Response.json(exampleOf(200))
  })
  await polluted(name, value, async () => {
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

test('clear text is not allowed by a polluted Object.prototype', async () => {
  const make = async () => new B2BClient({ ...credentials, baseUrl: 'http://10.0.0.1' })
  await expect(polluted('dangerouslyAllowCleartext', true, make)).rejects.toThrow('must be https')
})

test('a polluted id does not stand in for a missing one', async () => {
  const { organization_id, connected_app_id } = ids
  const params = { organization_id, connected_app_id } as RevokeParams // as from JavaScript
  const { tryRevoke } = connectTo('http://127.0.0.1:1')
  const result = await polluted('member_id', ids.member_id, () => tryRevoke(params))
  expect(result).toMatchObject({ error: { kind: 'argument', argument: 'member_id' } })
})

function broken(name: string): object {
  return Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw new Error('text of a broken getter')
    },
  })
}

test.each<[string, object, object]>([
  ['params', broken('member_id'), {}],
  ['options', ids, broken('authorization')],
  [
    'options',
    ids,
    new Proxy({}, { getPrototypeOf: () => broken('a') && Reflect.get(broken('a'), 'a') }),
  ],
  ['authorization', ids, { authorization: broken('session_token') }],
  ['signal', ids, { signal: broken('addEventListener') }],
])('%s that throw when they are read are refused', async (argument, params, options) => {
  const { tryRevoke } = connectTo('http://127.0.0.1:1')
  const result = await tryRevoke(params as RevokeParams, options) // as from JavaScript
  expect(result).toMatchObject({ ok: false, error: { kind: 'argument', argument, attempts: 0 } })
  expect(String(Object(result).error)).not.toContain('broken getter')
})

test('a config that throws when it is read is refused', () => {
  const config = broken('secret') as B2BClientConfig // as from JavaScript
  expect(() => new B2BClient(config)).toThrow('config must be a plain object (B2BClient)')
})
