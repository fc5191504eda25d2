import { expect, test, vi } from 'vitest'
import { connectTo, credentials, ids, rejectionOf } from './calls.ts'
import { answerWith, listen } from './loopback.ts'
import { systemClock } from '../src/clock.ts'
import { readConfig } from '../src/config.ts'
import { openRevoke } from '../src/revoke.ts'

type Listener = Parameters<AbortSignal['addEventListener']>[1]

/** A signal that says how many listeners it has. */
function countedSignal() {
  const controller = new AbortController()
  const { signal } = controller
  const counted = { controller, signal, listeners: 0, most: 0 }
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  vi.spyOn(signal, 'addEventListener').mockImplementation((type: string, listener: Listener) => {
    counted.most = Math.max(counted.most, ++counted.listeners)
    add(type, listener)
  })
  vi.spyOn(signal, 'removeEventListener').mockImplementation((type: string, listener: Listener) => {
    counted.listeners--
    remove(type, listener)
  })
  return counted
}

test('a signal aborted beforehand sends nothing', async () => {
  const server = await listen((_, response) => answerWith(response, 200))
  const result = await connectTo(server.url).tryRevoke(ids, { signal: AbortSignal.abort() })
  expect(result).toMatchObject({ ok: false, error: { kind: 'aborted', attempts: 0 } })
  expect(server.requests).toHaveLength(0)
})

test('an abort ends an attempt, takes it off the wire, and leaves no listener', async () => {
  const counted = countedSignal()
  const server = await listen(() => counted.controller.abort())
  const error = await rejectionOf(connectTo(server.url).revoke(ids, { signal: counted.signal }))
  expect(error).toMatchObject({ kind: 'aborted', attempts: 1 })
  expect(counted.listeners).toBe(0)
  await vi.waitFor(() => expect(server.requests[0]?.socket.destroyed).toBe(true), {
    timeout: 10_000,
  })
})

test('an abort ends the body', async () => {
  const { controller, signal } = countedSignal()
  const server = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{')
    setImmediate(() => controller.abort())
  })
  const error = await rejectionOf(connectTo(server.url).revoke(ids, { signal }))
  expect(error).toMatchObject({ kind: 'aborted' })
})

test('an abort ends a wait', async () => {
  const counted = countedSignal()
  const server = await listen((_, response) => answerWith(response, 429, { 'retry-after': '30' }))
  const calls = connectTo(server.url, {
    hooks: { onRetry: () => setImmediate(() => counted.controller.abort()) },
  })
  const error = await rejectionOf(calls.revoke(ids, { signal: counted.signal }))
  expect(error).toMatchObject({ kind: 'aborted', attempts: 1 })
  expect(counted.listeners).toBe(0)
  expect(server.requests).toHaveLength(1)
})

test('an abort from inside a hook is heeded at once', async () => {
  const server = await listen((_, response) => answerWith(response, 429))
  for (const [hook, sent] of [
    ['onRequest', 0],
    ['onRetry', 1],
  ] as const) {
    server.requests.length = 0
    const { controller, signal } = countedSignal()
    const calls = connectTo(server.url, { hooks: { [hook]: () => controller.abort() } })
    expect(await rejectionOf(calls.revoke(ids, { signal }))).toMatchObject({ kind: 'aborted' })
    expect(server.requests).toHaveLength(sent)
  }
})

test('no call leaves a listener on the signal or a timer behind, in thousands of calls', async () => {
  const counted = countedSignal()
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
    answerWith(response, server.requests.length % 2 ? 200 : 404),
  )
  const revoke = openRevoke(readConfig({ ...credentials, baseUrl: server.url }), clock)
  const { signal } = counted
  for (let batch = 0; batch < 100; batch++) {
    await Promise.allSettled(Array.from({ length: 20 }, () => revoke(ids, { signal })))
  }
  expect(server.requests).toHaveLength(2_000)
  expect(counted).toMatchObject({ listeners: 0, most: 20 })
  expect(timers.size).toBe(0)
})
