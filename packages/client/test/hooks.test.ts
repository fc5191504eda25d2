import type { Hooks, RequestEvent, ResponseEvent, RetryEvent } from '@connected-apps/client'
import type { Status } from '@connected-apps/contract'
import { operation } from '@connected-apps/contract'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connectTo, ids, rejectionOf, SkippingClock, skippingRevoke } from './calls.ts'
import { answerWith, exampleOf, listen } from './loopback.ts'

type Seen = [string, RequestEvent | ResponseEvent | RetryEvent]

function recorder(): { seen: Seen[]; hooks: Hooks } {
  const seen: Seen[] = []
  const record = (name: string) => (event: Seen[1]) => seen.push([name, event])
  return {
    seen,
    hooks: {
      onRequest: record('request'),
      onResponse: record('response'),
      onRetry: record('retry'),
    },
  }
}

test('tell operation, attempt, duration, status, request id and error of each attempt', async () => {
  const statuses: Status[] = [500, 200]
  const server = await listen((_, response) => answerWith(response, statuses.shift() ?? 500))
  const { seen, hooks } = recorder()
  await connectTo(server.url, { hooks }).revoke(ids)

  const { operationId } = operation
  const { request_id } = exampleOf(200)
  const ms: unknown = expect.any(Number)
  const call: unknown = expect.any(Object)
  const error: unknown = expect.objectContaining({ kind: 'http', status_code: 500 })
  const [first, second] = [1, 2].map((attempt) => ({ operationId, call, attempt }))
  expect(seen).toEqual([
    ['request', first],
    ['response', { ...first, durationMs: ms, status_code: 500, request_id, error }],
    ['retry', { ...first, waitMs: ms, error }],
    ['request', second],
    ['response', { ...second, durationMs: ms, status_code: 200, request_id, error: undefined }],
  ])
  expect(new Set(seen.map(([, event]) => event.call)).size).toBe(1)
})

test('tell how long an attempt took, and how long the wait is', async () => {
  const { seen, hooks } = recorder()
  let now = 0
  const clock = Object.assign(new SkippingClock(), { now: () => now })
  const fetch = () => {
    now += 30
    return Promise.reject(new Error('down'))
  }
  const config = { fetch, hooks, maxRetries: 1 }
  await rejectionOf(skippingRevoke('http://127.0.0.1:1', clock, config)(ids))
  expect(seen).toMatchObject([
    ['request', {}],
    ['response', { durationMs: 30 }],
    ['retry', { waitMs: clock.waits[0] }],
    ['request', {}],
    ['response', { durationMs: 30 }],
  ])
  expect(clock.waits).toEqual([250])
})

test('tell of an attempt without an answer', async () => {
  const { seen, hooks } = recorder()
  const fetch = () => Promise.reject(new Error('down'))
  await rejectionOf(connectTo('http://127.0.0.1:1', { fetch, hooks, maxRetries: 0 }).revoke(ids))
  expect(seen.map(([name]) => name)).toEqual(['request', 'response'])
  expect(seen[1]?.[1]).toMatchObject({ status_code: undefined, error: { kind: 'network' } })
})

test('tell concurrent calls apart', async () => {
  const server = await listen((_, response) => answerWith(response, 200))
  const { seen, hooks } = recorder()
  const { revoke } = connectTo(server.url, { hooks })
  await Promise.all([revoke(ids), revoke(ids)])
  const [one, two] = new Set(seen.map(([, event]) => event.call))
  for (const call of [one, two]) {
    expect(seen.filter(([, event]) => event.call === call).map(([name]) => name)).toEqual([
      'request',
      'response',
    ])
  }
})

test('may be methods of an object, with a this', async () => {
  class Counter implements Hooks {
    #requests = 0
    onRequest() {
      this.#requests++
    }
    get count() {
      return this.#requests
    }
  }
  const server = await listen((_, response) => answerWith(response, 200))
  const hooks = new Counter()
  await connectTo(server.url, { hooks }).revoke(ids)
  expect(hooks.count).toBe(1)
})

test('may throw when they are looked up', async () => {
  class Broken implements Hooks {
    get onRequest(): () => void {
      throw new Error('broken hook')
    }
  }
  const server = await listen((_, response) => answerWith(response, 200))
  await connectTo(server.url, { hooks: new Broken() }).revoke(ids)
})

test('are silent about a call that sends nothing', async () => {
  const { seen, hooks } = recorder()
  const calls = connectTo('http://127.0.0.1:1', { hooks })
  await calls.tryRevoke({ ...ids, member_id: '..' })
  await calls.tryRevoke(ids, { signal: AbortSignal.abort() })
  expect(seen).toEqual([])
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
    'return what throws when awaited',
    () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- it is the trap under test
      get then() {
        throw new Error('broken hook')
      },
    }),
  ],
  ['never end', () => new Promise(() => undefined)],
])('may %s without breaking the call', async (_, hook) => {
  const statuses: Status[] = [500, 200]
  const server = await listen((__, response) => answerWith(response, statuses.shift() ?? 500))
  const hooks = { onRequest: hook, onResponse: hook, onRetry: hook }
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  onTestFinished(() => void process.off('unhandledRejection', unhandled))

  await expect(connectTo(server.url, { hooks }).revoke(ids)).resolves.toEqual(exampleOf(200))
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  expect(unhandled).not.toHaveBeenCalled()
})
