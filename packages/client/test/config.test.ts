import { B2BClient } from '@connected-apps/client'
import document from '@connected-apps/contract/openapi.json' with { type: 'json' }
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test } from 'vitest'
import { connectTo, credentials, methodsOf } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { paramsOf } from './operations.ts'

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
  const anyProject = document.servers.find((server) => server['x-projects'] === '')?.url
  const projects = document.servers.map((server) => [server['x-projects'], server.url] as const)

  test.each([...projects, ['project-', anyProject] as const])(
    'of a project_id that starts with %j is the one in the contract',
    async (prefix, url) => {
      const urls: string[] = []
      const fetch = async (request: Request) => {
        urls.push(request.url)
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

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('did not throw')
}
