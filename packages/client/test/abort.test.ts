import { describe, expect, test, vi } from 'vitest'
import { systemClock } from '../src/timeouts.ts'
import { connectTo, rejectionOf } from './client.ts'
import { methodWithClock } from './fake-clocks.ts'
import { listen, respondWith } from './loopback.ts'
import { paramsOf, retriedOperations } from './operations.ts'

type Listener = Parameters<AbortSignal['addEventListener']>[1]

/** A signal that counts its listeners. */
function countingSignal() {
  const controller = new AbortController()
  const { signal } = controller
  const listeners = new Set<Listener>()
  const counting = { controller, signal, listeners, maxListeners: 0 }
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  vi.spyOn(signal, 'addEventListener').mockImplementation((type: string, listener: Listener) => {
    listeners.add(listener)
    counting.maxListeners = Math.max(counting.maxListeners, listeners.size)
    add(type, listener)
  })
  vi.spyOn(signal, 'removeEventListener').mockImplementation((type: string, listener: Listener) => {
    listeners.delete(listener)
    remove(type, listener)
  })
  return counting
}

describe.each(retriedOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)

  test('a signal that is already aborted prevents any request', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'success'))
    const result = await connectTo(operation, server.url).tryCall(params, {
      signal: AbortSignal.abort(),
    })
    expect(result).toMatchObject({ ok: false, error: { kind: 'aborted', attempts: 0 } })
    expect(server.requests).toHaveLength(0)
  })

  test('an abort ends an attempt, closes its connection, and removes the listener', async () => {
    const counting = countingSignal()
    const server = await listen(() => counting.controller.abort())
    const error = await rejectionOf(
      connectTo(operation, server.url).call(params, { signal: counting.signal }),
    )
    expect(error).toMatchObject({ kind: 'aborted', attempts: 1 })
    expect(counting.listeners.size).toBe(0)
    await vi.waitFor(() => expect(server.requests[0]?.socket.destroyed).toBe(true), {
      timeout: 10_000,
    })
  })

  test('an abort ends the reading of a body', async () => {
    const { controller, signal } = countingSignal()
    const server = await listen((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{')
      setImmediate(() => controller.abort())
    })
    const error = await rejectionOf(connectTo(operation, server.url).call(params, { signal }))
    expect(error).toMatchObject({ kind: 'aborted' })
  })

  test('an abort ends a delay', async () => {
    const counting = countingSignal()
    const server = await listen((_, response) =>
      respondWith(response, operation, 'rate limit', { 'retry-after': '30' }),
    )
    const { call } = connectTo(operation, server.url, {
      hooks: { onRetry: () => setImmediate(() => counting.controller.abort()) },
    })
    const error = await rejectionOf(call(params, { signal: counting.signal }))
    expect(error).toMatchObject({ kind: 'aborted', attempts: 1 })
    expect(counting.listeners.size).toBe(0)
    expect(server.requests).toHaveLength(1)
  })

  test('an abort from within a hook takes effect immediately', async () => {
    const server = await listen((_, response) => respondWith(response, operation, 'rate limit'))
    for (const [hook, sent] of [
      ['onRequest', 0],
      ['onRetry', 1],
    ] as const) {
      server.requests.length = 0
      const { controller, signal } = countingSignal()
      const { call } = connectTo(operation, server.url, {
        hooks: { [hook]: () => controller.abort() },
      })
      const error = await rejectionOf(call(params, { signal }))
      expect(error).toMatchObject({ kind: 'aborted', attempts: sent })
      expect(server.requests).toHaveLength(sent)
    }
  })

  test('thousands of calls leave neither a listener on the signal nor a timer behind', async () => {
    const counting = countingSignal()
    const timers = new Set<object>()
    const clock = {
      ...systemClock,
      schedule(callback: () => void, ms: number) {
        const timer = {}
        timers.add(timer)
        const cancel = systemClock.schedule(callback, ms)
        return () => {
          timers.delete(timer)
          cancel()
        }
      },
    }
    const server = await listen((_, response) =>
      respondWith(response, operation, server.requests.length % 2 ? 'success' : 'unauthorized'),
    )
    const call = methodWithClock(operation, server.url, clock)
    const { signal } = counting
    for (let batch = 0; batch < 100; batch++) {
      await Promise.allSettled(Array.from({ length: 20 }, () => call(params, { signal })))
    }
    expect(server.requests).toHaveLength(2_000)
    expect(counting).toMatchObject({ listeners: new Set(), maxListeners: 20 })
    expect(timers.size).toBe(0)
  })
})
