import { Readable } from 'node:stream'
import type { Fetch, FetchInit, FetchResponse } from '@connected-apps/client'
import { expandPath } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { describe, expect, test, vi } from 'vitest'
import { connectTo } from './client.ts'
import { exampleOf, paramsOf, retriedOperations, sessionsOf } from './operations.ts'

const baseUrl = 'https://example.test/prefix'

describe.each(allOperations)('$operationId', (operation) => {
  const { successStatus: status, mediaType } = operation
  const { body } = exampleOf(operation, 'success')
  const json = JSON.stringify(body)
  const bytes = new TextEncoder().encode(json)
  const params = paramsOf(operation)
  const headers = new Headers({ 'content-type': mediaType })

  /** A response of a fetch that has only what the client reads. */
  function respond(part: Partial<FetchResponse>): FetchResponse {
    const text = () => Promise.reject(new Error('the body has a better way to be read'))
    return { status, headers, text, ...part }
  }

  /** The client's result for such a response. */
  function resultOf(part: Partial<FetchResponse>, maxResponseBytes?: number) {
    const fetch = () => Promise.resolve(respond(part))
    return connectTo(operation, baseUrl, { fetch, maxResponseBytes }).tryCall(params)
  }

  test('a custom fetch is called with a URL and options like those of the global one', async () => {
    const fetch = vi.fn<Fetch>(async () => respond({ body: new Response(json).body }))
    const [session] = sessionsOf(operation)
    await connectTo(operation, baseUrl, { fetch }).call(params, {
      ...(session && { authorization: session.authorization }),
      headers: { 'X-Correlation-Id': 'c-1' },
    })
    const [[url, init, ...rest] = []] = fetch.mock.calls
    expect(rest).toEqual([])
    expect(fetch.mock.contexts).toEqual([undefined])
    expect(url).toBe(baseUrl + expandPath(operation, params))
    const expected: Partial<FetchInit> = {
      method: operation.method.toUpperCase(),
      ...(operation.requestBody && { body: '{}' }),
      redirect: 'manual',
      cache: 'no-store',
      signal: expect.any(AbortSignal),
      headers: expect.objectContaining({
        authorization: expect.stringMatching(/^Basic [\w+/=]+$/),
        'x-correlation-id': 'c-1',
        ...(session && { [session.header]: session.value }),
        ...(operation.requestBody && { 'content-type': operation.requestBody.mediaType }),
      }),
    }
    expect({ ...init }).toEqual(expected)
  })

  test('its options inherit nothing that it might read', async () => {
    const inherited: PropertyKey[] = []
    const fetch: Fetch = async (_, init) => {
      let prototype: object | null = Object.getPrototypeOf(init)
      for (; prototype; prototype = Object.getPrototypeOf(prototype)) {
        inherited.push(...Reflect.ownKeys(prototype))
      }
      return respond({ body: new Response(json).body })
    }
    await connectTo(operation, baseUrl, { fetch }).call(params)
    expect(inherited).toEqual([])
  })

  test('its options can be spread to add one', async () => {
    const seen: object[] = []
    const send = async (_: string, init: object) => {
      seen.push(init)
      return respond({ body: new Response(json).body })
    }
    const dispatcher = {}
    const fetch: Fetch = (url, init) => send(url, { ...init, dispatcher })
    await connectTo(operation, baseUrl, { fetch }).call(params)
    expect(seen).toEqual([expect.objectContaining({ redirect: 'manual', dispatcher })])
  })

  test('the global fetch is called in the same way', async () => {
    const fetch = vi.fn<Fetch>(async () => respond({ body: new Response(json).body }))
    await connectTo(operation, baseUrl, { fetch }).call(params)
    vi.stubGlobal('fetch', fetch)
    await connectTo(operation, baseUrl).call(params)
    vi.unstubAllGlobals()
    const [custom, global] = fetch.mock.calls
    expect({ ...global?.[1], signal: null }).toEqual({ ...custom?.[1], signal: null })
    expect(global?.[0]).toBe(custom?.[0])
    expect(fetch.mock.contexts).toEqual([undefined, undefined])
  })

  describe('the body of its response', () => {
    const inPieces = () => [...bytes].map((byte) => Buffer.of(byte))
    async function* generate() {
      yield* inPieces()
    }

    test.each<[string, () => Partial<FetchResponse>]>([
      ['a Web stream', () => ({ body: new Response(json).body })],
      ['a Node.js stream', () => ({ body: Readable.from([Buffer.from(json)]) })],
      ['a Node.js stream in pieces', () => ({ body: Readable.from(inPieces()) })],
      ['an async iterable', () => ({ body: generate() })],
      ['text without a body', () => ({ text: async () => json })],
      ['text with a body of another kind', () => ({ body: {}, text: async () => json })],
      [
        'text with a body that is a blob',
        () => ({ body: new Blob([json]), text: async () => json }),
      ],
      ['text with a byte order mark', () => ({ text: async () => `\ufeff${json}` })],
      [
        'a stream with a byte order mark',
        () => ({ body: Readable.from([Buffer.from(`\ufeff${json}`)]) }),
      ],
    ])('can be %s', async (_, part) => {
      expect(await resultOf(part())).toEqual({ ok: true, body, attempts: 1 })
    })

    test('can be missing', async () => {
      expect(await resultOf({ body: null })).toMatchObject({
        error: { kind: 'decode', reason: 'json', status_code: status },
      })
      const { status: failure } = exampleOf(operation, 'server failure')
      const { tryCall } = connectTo(operation, baseUrl, {
        fetch: async () => respond({ status: failure, body: null }),
        maxRetries: 0,
      })
      expect(await tryCall(params)).toMatchObject({
        error: { kind: 'http', conforms: false, status_code: failure },
      })
    })

    test.each<[string, () => Partial<FetchResponse>]>([
      ['a Web stream', () => ({ body: new Response(json).body })],
      ['a Node.js stream', () => ({ body: Readable.from(inPieces()) })],
      ['an async iterable', () => ({ body: generate() })],
      ['text', () => ({ text: async () => json })],
    ])('is bounded if it is %s', async (_, part) => {
      expect(await resultOf(part(), bytes.length)).toMatchObject({ ok: true })
      expect(await resultOf(part(), bytes.length - 1)).toMatchObject({
        error: { kind: 'decode', reason: 'size' },
      })
    })

    test('is measured in bytes, not in characters', async () => {
      const long = JSON.stringify({ ...Object(body), more: '😀ö' })
      const size = Buffer.byteLength(long)
      for (const part of [
        () => ({ body: new Response(long).body }),
        () => ({ body: Readable.from([Buffer.from(long)]) }),
        () => ({ text: async () => long }),
      ]) {
        expect(await resultOf(part(), size)).toMatchObject({ ok: true })
        expect(await resultOf(part(), size - 1)).toMatchObject({ error: { reason: 'size' } })
      }
    })

    test('is not read any further once it is too large', async () => {
      const cancel = vi.fn<() => void>()
      const pull = (controller: ReadableStreamDefaultController) =>
        controller.enqueue(new Uint8Array(65_536))
      await resultOf({ body: new ReadableStream({ pull, cancel }) })
      expect(cancel).toHaveBeenCalledOnce()
      const readable = new Readable({ read: (size) => readable.push(Buffer.alloc(size)) })
      await resultOf({ body: readable })
      expect(readable.destroyed).toBe(true)
    })
  })

  test('its body is cancelled when an attempt times out, even if it ignores its signal', async () => {
    const cancel = vi.fn<() => void>()
    const stalled = () => new ReadableStream({ cancel })
    const fetch: Fetch = async () => respond({ body: stalled() })
    await connectTo(operation, baseUrl, { fetch, timeoutMs: 10, maxRetries: 0 }).tryCall(params)
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('the body of a response that comes after the timeout is cancelled', async () => {
    const cancel = vi.fn<() => void>()
    let respondLate: ((response: FetchResponse) => void) | undefined
    const late = new Promise<FetchResponse>((resolve) => {
      respondLate = resolve
    })
    const { tryCall } = connectTo(operation, baseUrl, {
      fetch: () => late,
      timeoutMs: 10,
      maxRetries: 0,
    })
    await tryCall(params)
    respondLate?.(respond({ body: new ReadableStream({ cancel }) }))
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce(), { timeout: 10_000 })
  })

  test('headers whose get() returns undefined count as missing', async () => {
    const empty: unknown = new Map([['content-type', mediaType]]) // its get() returns undefined
    const result = await resultOf({ headers: empty as Headers, body: new Response(json).body })
    expect(result).toMatchObject({ ok: true, attempts: 1 })
  })

  test('chunks that are strings or an ArrayBuffer are read, and count', async () => {
    const readable = () => Readable.from([json.slice(0, 5), json.slice(5)])
    expect(await resultOf({ body: readable() })).toMatchObject({ ok: true, body })
    expect(await resultOf({ body: readable() }, 10)).toMatchObject({ error: { reason: 'size' } })
    const buffers = () => Readable.from([bytes.slice().buffer])
    expect(await resultOf({ body: buffers() })).toMatchObject({ ok: true, body })
    expect(await resultOf({ body: buffers() }, 10)).toMatchObject({ error: { reason: 'size' } })
  })
})

describe.each(retriedOperations)('$operationId', (operation) => {
  const { successStatus: status, mediaType } = operation
  const { body } = exampleOf(operation, 'success')
  const params = paramsOf(operation)

  test.each<[string, (error: Error) => unknown]>([
    [
      'a Web stream',
      (error) => new ReadableStream({ pull: (controller) => controller.error(error) }),
    ],
    [
      'a Node.js stream',
      (error) => {
        const readable = new Readable({ read: () => readable.destroy(error) })
        return readable
      },
    ],
  ])('%s that breaks off is a network error with its cause, and retried', async (_, broken) => {
    let calls = 0
    const fetch: Fetch = async () => {
      calls++
      const error = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
      return {
        status,
        headers: new Headers({ 'content-type': mediaType }),
        body: calls === 1 ? broken(error) : undefined,
        text: async () => JSON.stringify(body),
      }
    }
    const client = connectTo(operation, baseUrl, { fetch })
    expect(await client.tryCall(params, { maxRetries: 0 })).toMatchObject({
      error: { kind: 'network', code: 'ECONNRESET', message: expect.stringContaining('aborted') },
    })
    calls = 0
    expect(await client.tryCall(params)).toEqual({ ok: true, body, attempts: 2 })
  })
})
