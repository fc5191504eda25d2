import { createContext, runInContext } from 'node:vm'
import { allOperations } from '@connected-apps/contract/operations'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { B2BClient } from '@connected-apps/client'
import { bundle } from './bundle.ts'
import { clientFactories, connectTo, credentials, methodsOf, thrownBy } from './client.ts'
import { listen, respondWith } from './loopback.ts'
import { bodyOf, paramsOf } from './operations.ts'

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
  for (const [where, create] of clientFactories) {
    expect(thrownBy(() => create(credentials))).toMatchObject({
      kind: 'argument',
      argument: 'dangerouslyAllowBrowser',
      message: `dangerouslyAllowBrowser is not set, and in a browser every visitor can read the secret (${where}); call the API from a server instead`,
    })
  }
})

test.each([undefined, 'Node.js/24', 'Deno/2.5.0', 'Bun/1.3.0', 'Cloudflare-Workers'])(
  'a server is not rejected: %s',
  (userAgent) => {
    vi.stubGlobal('navigator', userAgent && { userAgent })
    for (const [, create] of clientFactories) expect(() => create(credentials)).not.toThrow()
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

describe.each(allOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)

  test('a browser can be allowed explicitly', async () => {
    vi.stubGlobal('navigator', { userAgent: browsers[0] })
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    await connectTo(operation, server.url, { dangerouslyAllowBrowser: true }).call(params)
  })

  test('a call needs only the web platform, and no process', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
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
    const body = await methodsOf(client, operation).call(params)
    // Values of the other realm have another prototype.
    expect(JSON.parse(JSON.stringify(body))).toEqual(bodyOf(operation, 'success'))
  })

  test('the global fetch is looked up at each call, so that it can be replaced later', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const { call } = connectTo(operation, server.url)
    const realFetch = globalThis.fetch
    const replacement = vi.fn<typeof fetch>((...args) => realFetch(...args))
    vi.stubGlobal('fetch', replacement)
    await call(params)
    expect(replacement).toHaveBeenCalledOnce()
  })
})
