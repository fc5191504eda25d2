import { createContext, runInContext } from 'node:vm'
import { afterEach, expect, test, vi } from 'vitest'
import { B2BClient } from '@connected-apps/client'
import { bundle } from './bundle.ts'
import { connectTo, credentials, ids } from './client.ts'
import { exampleOf, listen, respondWith } from './loopback.ts'

const browsers = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
  'Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/27.0.0',
]

afterEach(() => {
  vi.unstubAllGlobals()
})

test.each(browsers)('a browser is rejected: %s', (userAgent) => {
  vi.stubGlobal('navigator', { userAgent })
  expect(() => new B2BClient(credentials)).toThrow(
    'dangerouslyAllowBrowser must be set in a browser (B2BClient)',
  )
})

test('a browser can be allowed explicitly', async () => {
  vi.stubGlobal('navigator', { userAgent: browsers[0] })
  const server = await listen((_, response) => respondWith(response, 200))
  await connectTo(server.url, { dangerouslyAllowBrowser: true }).revoke(ids)
})

test.each([undefined, 'Node.js/24', 'Deno/2.5.0', 'Bun/1.3.0', 'Cloudflare-Workers'])(
  'a server is not rejected: %s',
  (userAgent) => {
    vi.stubGlobal('navigator', userAgent && { userAgent })
    expect(() => new B2BClient(credentials)).not.toThrow()
  },
)

test('importing the client uses only globals of the language', async () => {
  const usedGlobals: string[] = []
  const languageGlobals = new Set(
    Object.getOwnPropertyNames(runInContext('globalThis', createContext({}))),
  )
  const platformScope = new Proxy(
    {},
    {
      has: (_, name) => name !== 'client' && !languageGlobals.has(String(name)),
      get: (_, name) => usedGlobals.push(String(name)) && undefined,
    },
  )
  // Inside `with`, every global that the language does not define is looked up in the proxy.
  const load = runInContext(
    `(function (scope) { with (scope) { ${await bundle('@connected-apps/client', { format: 'iife' })}; return client } })`,
    createContext({}),
  ) as (scope: object) => { B2BClient?: unknown } // it returns the namespace of the bundle
  expect(load(platformScope).B2BClient).toBeTypeOf('function')
  expect(usedGlobals).toEqual([])
})

test('a call needs only the web platform, and no process', async () => {
  const server = await listen((_, response) => respondWith(response, 200))
  const scope = createContext({
    AbortController,
    FormData,
    Headers,
    Request,
    Response,
    TextDecoder,
    URL,
    URLSearchParams,
    btoa,
    clearTimeout,
    fetch,
    performance,
    setTimeout,
  })
  const load = `${await bundle('@connected-apps/client', { format: 'iife' })}; new client.B2BClient(config)`
  Object.assign(scope, { config: { ...credentials, baseUrl: server.url } })
  const client = runInContext(load, scope) as B2BClient // an instance of the same class in another realm
  const body = await client.organizations.members.connectedApps.revoke(ids)
  expect({ ...body }).toEqual(exampleOf(200))
})

test('the global fetch is looked up at each call, so that it can be replaced later', async () => {
  const server = await listen((_, response) => respondWith(response, 200))
  const calls = connectTo(server.url)
  const realFetch = globalThis.fetch
  const replacement = vi.fn<typeof fetch>((...args) => realFetch(...args))
  vi.stubGlobal('fetch', replacement)
  await calls.revoke(ids)
  expect(replacement).toHaveBeenCalledOnce()
})
