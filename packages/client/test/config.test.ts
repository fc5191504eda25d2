import { B2BClient } from '@connected-apps/client'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { clientFactories, connectTo, credentials, methodsOf, thrownBy } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { paramsOf } from './operations.ts'

const unsetBaseUrl = 'set the variable that it comes from, or leave it out to call the real API'

function createClient(config: object): B2BClient {
  return new B2BClient({ ...credentials, ...config })
}

describe.each(clientFactories)('the config of %s', (where, create) => {
  /** The message and its fields, for a config with these options besides credentials. */
  function rejectionOf(config: object): unknown {
    const error = Object(thrownBy(() => create({ ...credentials, ...config })))
    return { kind: error.kind, argument: error.argument, message: error.message }
  }

  function rejected(argument: string, problem: string, advice?: string): object {
    const message = `${argument} ${problem} (${where})${advice === undefined ? '' : `; ${advice}`}`
    return { kind: 'argument', argument, message }
  }

  test.each([
    ['timeout', 'use timeoutMs'],
    ['env', 'use baseUrl'],
    ['custom_base_url', 'use baseUrl'],
    ['fraud_env', 'leave it out'],
    ['dispatcher', 'use fetch: (url, init) => undici.fetch(url, { ...init, dispatcher })'],
  ])('has a hint for the option %s of the official client', (name, hint) => {
    expect(rejectionOf({ [name]: 1 })).toEqual(rejected(name, 'is not an option', hint))
  })

  test('lists the options if one is unknown', () => {
    for (const name of ['baseURL', 'toString', 'constructor', 'hasOwnProperty']) {
      const { message } = Object(rejectionOf({ [name]: 'x' }))
      expect(message).toContain(
        `${name} is not an option (${where}); use one of project_id, secret, baseUrl, `,
      )
      expect(message).toMatch(/, timeoutMs\b/)
    }
    const hooks = { onRequst: () => undefined }
    const hint = 'use one of onRequest, onResponse, onRetry'
    expect(rejectionOf({ hooks })).toEqual(rejected('onRequst', 'is not an option', hint))
  })

  test.each<[string, string, object]>([
    ['project_id', 'must not contain a colon', { project_id: 'project:1' }],
    ['fetch', 'must be a function', { fetch: 'fetch' }],
    ['fetch', 'must be a function', { fetch: null }],
    ['fetch', 'must be a function', { fetch: false }],
    ['dangerouslyAllowCleartext', 'must be true or false', { dangerouslyAllowCleartext: 'false' }],
    ['dangerouslyAllowBrowser', 'must be true or false', { dangerouslyAllowBrowser: 1 }],
    ['onRetry', 'must be a function', { hooks: { onRetry: 1 } }],
    ['headers', 'must be a plain object', { headers: new Map() }],
    ['timeoutMs', 'must be an integer, 1 to 2147483647', { timeoutMs: 0 }],
    ['timeoutMs', 'must be an integer, 1 to 2147483647', { timeoutMs: '5' }],
    ['timeoutMs', 'must be an integer, 1 to 2147483647', { timeoutMs: NaN }],
    ['timeoutMs', 'must be an integer, 1 to 2147483647', { timeoutMs: null }],
    ['deadlineMs', 'must be an integer, 1 to 2147483647', { deadlineMs: Infinity }],
    ['deadlineMs', 'must be an integer, 1 to 2147483647', { deadlineMs: 2 ** 31 }],
    ['maxRetries', 'must be an integer, 0 to 2147483647', { maxRetries: -1 }],
    ['maxRetries', 'must be an integer, 0 to 2147483647', { maxRetries: 1.5 }],
    ['maxResponseBytes', 'must be an integer, 1 to 2147483647', { maxResponseBytes: 0 }],
  ])('%s %s: %j', (argument, problem, config) => {
    expect(rejectionOf(config)).toEqual(rejected(argument, problem))
  })

  test.each<[string, unknown, string, string?]>([
    ['undefined', undefined, 'must be a string, not undefined'],
    ['null', null, 'must be a string, not null'],
    ['a number', 7, 'must be a string, not a number'],
    ['an empty string', '', 'is empty'],
    ...['tail\n', 'tail\r\n', 'tail\r'].map((value): [string, string, string, string] => [
      JSON.stringify(value),
      value,
      'ends with a line break',
      'remove it, for example with trim()',
    ]),
    ...['a\r\nb', 'a\nb', 'a b', ' a', 'sécret-secret', '秘密', '\u0000', 'a\u007f'].map(
      (value): [string, string, string] => [
        JSON.stringify(value),
        value,
        'has a character that is not visible ASCII',
      ],
    ),
  ])('says what is wrong with %s as a credential, without the value', (_, value, ...expected) => {
    for (const name of ['project_id', 'secret']) {
      expect(rejectionOf({ [name]: value })).toEqual(rejected(name, ...expected))
    }
  })

  test.each<[string, unknown, string, string?]>([
    ['undefined', undefined, 'is undefined', unsetBaseUrl],
    ['null', null, 'is null', unsetBaseUrl],
    ['a number', 7, 'must be a string, not a number'],
    ...['', '/v1', 'example.com', 'https://', 'https://user:pass-word@'].map(
      (value): [string, string, string, string] => [
        JSON.stringify(value),
        value,
        'is not a URL',
        'write it like https://api.example.com',
      ],
    ),
    ...['ftp://example.com', 'file:///v1', 'localhost:4010', 'javascript:1'].map(
      (value): [string, string, string] => [value, value, 'must start with https:// or http://'],
    ),
    ...[
      'http://localhost@example.com',
      'http://user@localhost',
      'http://:pass-word@localhost',
      'https://user@example.com',
      'https://user:pass-word@example.com?a=b',
    ].map((value): [string, string, string, string] => [
      value,
      value,
      'has credentials',
      'use project_id and secret',
    ]),
    ...[
      'https://example.com?a=b',
      'https://example.com?',
      'https://example.com#a',
      'http://10.0.0.1/#',
    ].map((value): [string, string, string, string] => [
      value,
      value,
      'has a query or a fragment',
      'remove it',
    ]),
    ...[
      'http://example.com',
      'http://mock:4010',
      'http://127.0.0.1.example.com',
      'http://localhost.example.com',
      'http://10.0.0.1',
      'http://10.0.0.1/x.localhost/',
      'http://[::2]',
    ].map((value): [string, string, string, string] => [
      value,
      value,
      'uses http: to another host, which exposes the secret',
      'use https, or set dangerouslyAllowCleartext within a network that you trust',
    ]),
  ])('says what is wrong with the base URL %s, without the URL', (_, baseUrl, ...expected) => {
    expect(rejectionOf({ baseUrl })).toEqual(rejected('baseUrl', ...expected))
  })

  test('is rejected if it is not a plain object', () => {
    for (const config of ['config', [], new Map()]) {
      const error = thrownBy(() => create(config as object)) // as an untyped caller could pass
      expect(error).toMatchObject(rejected('config', 'must be a plain object'))
    }
  })
})

describe('the server', () => {
  const anyProject = document.servers.find((server) => server['x-projects'] === '')?.url
  const projects = document.servers.map((server) => [server['x-projects'], server.url] as const)

  test.each([...projects, ['project-', anyProject] as const])(
    'of a project_id that starts with %j is the one in the contract',
    async (prefix, url) => {
      const urls: string[] = []
      const fetch = async (target: string) => {
        urls.push(target)
        return new Response()
      }
      const client = createClient({ project_id: `${prefix}1`, fetch })
      for (const operation of allOperations) {
        await methodsOf(client, operation).tryCall(paramsOf(operation))
      }
      expect(urls).toHaveLength(allOperations.length)
      for (const each of urls) expect(each.startsWith(`${url}/v1/`)).toBe(true)
    },
  )

  test.each(['', '/', '/a/b', '/a/b/', '/a%20b//'])('keeps the path prefix %j', async (prefix) => {
    for (const operation of allOperations) {
      const server = await listen((_, response) => respondWith(response, operation, 'success'))
      await connectTo(operation, server.url + prefix).call(paramsOf(operation))
      const path = server.requests[0]?.url ?? ''
      expect(path.slice(0, path.indexOf('/v1/'))).toBe(prefix.replace(/\/+$/, ''))
    }
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
  ])('accepts the base URL %s', (baseUrl) => {
    expect(() => createClient({ baseUrl })).not.toThrow()
  })

  test('is called over cleartext only if that is allowed explicitly', () => {
    const baseUrl = 'http://10.0.0.1'
    expect(() => createClient({ baseUrl, dangerouslyAllowCleartext: true })).not.toThrow()
    for (const dangerouslyAllowCleartext of [false, undefined]) {
      expect(() => createClient({ baseUrl, dangerouslyAllowCleartext })).toThrow('uses http: to')
    }
  })
})
