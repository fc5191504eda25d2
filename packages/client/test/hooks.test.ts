import type { Hooks, RequestEvent, ResponseEvent, RetryEvent } from '@connected-apps/client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { connectTo, rejectionOf } from './client.ts'
import { methodWithClock, SkippingClock } from './fake-clocks.ts'
import { listen, respondWith } from './loopback.ts'
import { bodyOf, exampleOf, firstIdOf, paramsOf, retriedOperations } from './operations.ts'

type RecordedEvent = [string, RequestEvent | ResponseEvent | RetryEvent]

function createRecorder(): { events: RecordedEvent[]; hooks: Hooks } {
  const events: RecordedEvent[] = []
  const record = (name: string) => (event: RecordedEvent[1]) => events.push([name, event])
  return {
    events,
    hooks: {
      onRequest: record('request'),
      onResponse: record('response'),
      onRetry: record('retry'),
    },
  }
}

describe.each(retriedOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)

  test('hooks receive the operation, attempt, duration, status, request id and error of each attempt', async () => {
    const server = await listen((_, response) =>
      respondWith(response, operation, server.requests.length < 2 ? 'server failure' : 'success'),
    )
    const { events, hooks } = createRecorder()
    await connectTo(operation, server.url, { hooks }).call(params)

    const { operationId } = operation
    const failure = exampleOf(operation, 'server failure')
    const success = exampleOf(operation, 'success')
    const { request_id } = bodyOf(operation, 'success')
    const failedRequest = bodyOf(operation, 'server failure')['request_id']
    const ms: unknown = expect.any(Number)
    const call: unknown = expect.any(Object)
    const error: unknown = expect.objectContaining({ kind: 'http', status_code: failure.status })
    const [first, second] = [1, 2].map((attempt) => ({ operationId, call, attempt }))
    expect(events).toEqual([
      ['request', first],
      [
        'response',
        { ...first, durationMs: ms, status_code: failure.status, request_id: failedRequest, error },
      ],
      ['retry', { ...first, delayMs: ms, error }],
      ['request', second],
      [
        'response',
        { ...second, durationMs: ms, status_code: success.status, request_id, error: undefined },
      ],
    ])
    expect(new Set(events.map(([, event]) => event.call)).size).toBe(1)
  })

  test('hooks receive the duration of an attempt, and the delay before the next', async () => {
    const { events, hooks } = createRecorder()
    let now = 0
    const clock = Object.assign(new SkippingClock(), { now: () => now })
    const fetch = () => {
      now += 30
      return Promise.reject(new Error('down'))
    }
    const config = { fetch, hooks, maxRetries: 1 }
    await rejectionOf(methodWithClock(operation, 'http://127.0.0.1:1', clock, config)(params))
    expect(events).toMatchObject([
      ['request', {}],
      ['response', { durationMs: 30 }],
      ['retry', { delayMs: clock.delays[0] }],
      ['request', {}],
      ['response', { durationMs: 30 }],
    ])
    expect(clock.delays).toEqual([250])
  })

  test('hooks are called for an attempt without a response', async () => {
    const { events, hooks } = createRecorder()
    const fetch = () => Promise.reject(new Error('down'))
    await rejectionOf(
      connectTo(operation, 'http://127.0.0.1:1', { fetch, hooks, maxRetries: 0 }).call(params),
    )
    expect(events.map(([name]) => name)).toEqual(['request', 'response'])
    expect(events[1]?.[1]).toMatchObject({ status_code: undefined, error: { kind: 'network' } })
  })

  test('hooks can distinguish concurrent calls', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const { events, hooks } = createRecorder()
    const { call: send } = connectTo(operation, server.url, { hooks })
    await Promise.all([send(params), send(params)])
    const [first, second] = new Set(events.map(([, event]) => event.call))
    for (const call of [first, second]) {
      expect(events.filter(([, event]) => event.call === call).map(([name]) => name)).toEqual([
        'request',
        'response',
      ])
    }
  })

  test('hooks may be methods that use this', async () => {
    class Counter implements Hooks {
      #requests = 0
      onRequest() {
        this.#requests++
      }
      get count() {
        return this.#requests
      }
    }
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const hooks = new Counter()
    await connectTo(operation, server.url, { hooks }).call(params)
    expect(hooks.count).toBe(1)
  })

  test('hooks may be getters that throw', async () => {
    class Broken implements Hooks {
      get onRequest(): () => void {
        throw new Error('broken hook')
      }
    }
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    await connectTo(operation, server.url, { hooks: new Broken() }).call(params)
  })

  test('hooks are read once, when the client is created', async () => {
    const read = vi.fn<() => void>()
    const first = vi.fn<() => void>()
    const later = vi.fn<() => void>()
    const config = {
      hooks: {
        onRequest: first,
        get onResponse() {
          read()
          return first
        },
      },
    }
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const { call } = connectTo(operation, server.url, config)
    read.mockClear()
    config.hooks.onRequest = later
    Object.assign(config.hooks, { onRetry: later })
    Object.assign(config, { hooks: { onRequest: later, onResponse: later } })
    await call(params)
    expect(first).toHaveBeenCalledTimes(2)
    expect(read).not.toHaveBeenCalled()
    expect(later).not.toHaveBeenCalled()
  })

  test('hooks are not called for a call that sends nothing', async () => {
    const { events, hooks } = createRecorder()
    const { tryCall } = connectTo(operation, 'http://127.0.0.1:1', { hooks })
    await tryCall({ ...params, [firstIdOf(operation)]: '..' })
    await tryCall(params, { signal: AbortSignal.abort() })
    expect(events).toEqual([])
  })

  test.each<[string, () => unknown]>([
    [
      'throw',
      () => {
        throw new Error('broken hook')
      },
    ],
    ['reject', () => Promise.reject(new Error('broken hook'))],
    [
      'return a thenable that throws',
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable -- the case under test
        get then() {
          throw new Error('broken hook')
        },
      }),
    ],
    ['never settle', () => new Promise(() => undefined)],
  ])('hooks may %s without breaking the call', async (_, hook) => {
    const server = await listen((__, response) =>
      respondWith(response, operation, server.requests.length < 2 ? 'server failure' : 'success'),
    )
    const hooks = { onRequest: hook, onResponse: hook, onRetry: hook }
    const unhandled = vi.fn<() => void>()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))

    await expect(connectTo(operation, server.url, { hooks }).call(params)).resolves.toEqual(
      bodyOf(operation, 'success'),
    )
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(unhandled).not.toHaveBeenCalled()
  })
})
