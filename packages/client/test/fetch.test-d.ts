import type { B2BClientConfig, Fetch, FetchInit, FetchResponse } from '@connected-apps/client'
import { describe, expectTypeOf, test } from 'vitest'

describe('a fetch', () => {
  test('can be the global one, without a cast', () => {
    expectTypeOf<typeof fetch>().toExtend<Fetch>()
    expectTypeOf<typeof fetch>().toExtend<NonNullable<B2BClientConfig['fetch']>>()
  })

  test('can pass its options on with more', () => {
    const proxied: Fetch = (url, init) => fetch(url, { ...init, keepalive: true })
    void proxied
  })

  test('can ignore its arguments, and be written for a test in one line', () => {
    const fake: Fetch = async () => Response.json({})
    const withoutStream: Fetch = async () => ({
      status: 200,
      headers: new Headers(),
      text: async () => '{}',
    })
    const withMap: Fetch = async (url) => ({
      status: 200,
      headers: { get: (name) => (name === 'content-type' ? 'application/json' : null) },
      text: async () => url,
    })
    void [fake, withoutStream, withMap]
  })

  test('gets a URL as text and headers as an object, not a Request', () => {
    expectTypeOf<Parameters<Fetch>>().toEqualTypeOf<[url: string, init: FetchInit]>()
    expectTypeOf<FetchInit['headers']>().toEqualTypeOf<Record<string, string>>()
    expectTypeOf<FetchInit['body']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<FetchInit['redirect']>().toEqualTypeOf<'manual'>()
    expectTypeOf<FetchInit['cache']>().toEqualTypeOf<'no-store' | undefined>()
    expectTypeOf<FetchInit['signal']>().toEqualTypeOf<AbortSignal>()
    expectTypeOf<FetchInit>().toExtend<RequestInit>()
    // @ts-expect-error a function that takes a Request would not be called with one
    const old: Fetch = (request: Request) => fetch(request)
    void old
  })

  test('resolves to a response of which only a part is needed', () => {
    expectTypeOf<Response>().toExtend<FetchResponse>()
    // @ts-expect-error without text(), there may be no way to read the body
    const unreadable: Fetch = async () => ({ status: 200, headers: new Headers() })
    // @ts-expect-error without headers, there is no media type
    const headerless: Fetch = async () => ({ status: 200, text: async () => '' })
    void [unreadable, headerless]
  })
})
