import type { Fetch } from '@connected-apps/client'
import { describe, expect, test, vi } from 'vitest'
import { createClientFrom } from '../src/client.ts'
import { parseConfig } from '../src/config.ts'
import type { LimitOptions } from '../src/limits.ts'
import { systemClock } from '../src/timeouts.ts'
import { connectTo, credentials, rejectionOf } from './client.ts'
import { FastForwardClock } from './fake-clocks.ts'
import { listen, respondWith } from './loopback.ts'
import { paramsOf, retriedOperations } from './operations.ts'

describe.each(retriedOperations)('$operationId', (operation) => {
  const params = paramsOf(operation)

  test('timeoutMs ends an attempt that gets no response', async () => {
    const server = await listen(() => undefined)
    const call = connectTo(operation, server.url).call(params, { timeoutMs: 30, maxRetries: 0 })
    expect(await rejectionOf(call)).toMatchObject({
      kind: 'timeout',
      limit: 'timeoutMs',
      attempts: 1,
    })
  })

  test('timeoutMs includes the body', async () => {
    const server = await listen((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"status_code":200,')
    })
    const call = connectTo(operation, server.url).call(params, { timeoutMs: 50, maxRetries: 0 })
    expect(await rejectionOf(call)).toMatchObject({ kind: 'timeout', limit: 'timeoutMs' })
  })

  test('timeoutMs applies to each attempt: a slow one is abandoned and retried', async () => {
    const server = await listen((_, response) => {
      if (server.requests.length > 1) respondWith(response, operation, 'success')
    })
    await connectTo(operation, server.url).call(params, { timeoutMs: 200, maxRetries: 9 })
    expect(server.requests.length).toBeGreaterThan(1)
  })

  test('deadlineMs ends the call, whatever is left of timeoutMs and the retries', async () => {
    const server = await listen(() => undefined)
    const call = connectTo(operation, server.url).call(params, { deadlineMs: 40, maxRetries: 9 })
    expect(await rejectionOf(call)).toMatchObject({
      kind: 'timeout',
      limit: 'deadlineMs',
      attempts: 1,
    })
  })

  test('the timeouts apply even to a fetch that ignores its signal', async () => {
    const fetch = vi.fn<Fetch>(() => new Promise<Response>(() => undefined))
    const call = connectTo(operation, 'http://127.0.0.1:1', {
      fetch,
      timeoutMs: 10,
      maxRetries: 1,
    }).call(params)
    expect(await rejectionOf(call)).toMatchObject({ kind: 'timeout', attempts: 2 })
  })

  /** A call whose fetch never settles, on a clock that only its timers advance. */
  function callWithoutResponse(limits: LimitOptions) {
    const clock = new FastForwardClock()
    const fetch = () => new Promise<Response>(() => undefined)
    const client = createClientFrom(
      parseConfig({ ...credentials, fetch, ...limits }, 'test'),
      clock,
    )
    return { clock, call: rejectionOf(client.call(operation, params)) }
  }

  test('an attempt ends after timeoutMs, not at the deadline', async () => {
    const { clock, call } = callWithoutResponse({
      timeoutMs: 7_000,
      deadlineMs: 100_000,
      maxRetries: 1,
    })
    expect(await call).toMatchObject({ kind: 'timeout', limit: 'timeoutMs', attempts: 2 })
    expect(clock.delays).toEqual([7_000, 0, 7_000])
  })

  test('the default limits are those in the README', async () => {
    const { clock, call } = callWithoutResponse({})
    expect(await call).toMatchObject({ kind: 'timeout', limit: 'timeoutMs', attempts: 3 })
    expect(clock.delays).toEqual([10_000, 0, 10_000, 0, 10_000])
    const long = callWithoutResponse({ timeoutMs: 59_999, maxRetries: 9 })
    expect(await long.call).toMatchObject({ limit: 'deadlineMs', attempts: 2 })
    expect(long.clock.delays).toEqual([59_999, 0, 1])
  })

  test('the last attempt ends at the deadline', async () => {
    const { clock, call } = callWithoutResponse({
      timeoutMs: 7_000,
      deadlineMs: 10_000,
      maxRetries: 9,
    })
    expect(await call).toMatchObject({ kind: 'timeout', limit: 'deadlineMs', attempts: 2 })
    expect(clock.delays).toEqual([7_000, 0, 3_000])
  })

  test('a request that times out has its connection closed', async () => {
    const server = await listen(() => undefined)
    await rejectionOf(
      connectTo(operation, server.url).call(params, { timeoutMs: 30, maxRetries: 0 }),
    )
    await vi.waitFor(() => expect(server.requests[0]?.socket.destroyed).toBe(true), {
      timeout: 10_000,
    })
  })
})

test('the client uses the system clock', async () => {
  const before = { now: performance.now(), date: Date.now() }
  const fired = new Promise<void>((resolve) => systemClock.schedule(resolve, 1))
  systemClock.schedule(() => expect.unreachable('it was cancelled'), 1)()
  await fired
  for (const name of ['now', 'date'] as const) {
    expect(systemClock[name]()).toBeGreaterThanOrEqual(before[name])
  }
  expect(systemClock.now()).toBeLessThanOrEqual(performance.now())
  expect(systemClock.date()).toBeLessThanOrEqual(Date.now())
  const numbers = Array.from({ length: 100 }, () => systemClock.random())
  expect(new Set(numbers).size).toBe(100)
  expect(numbers.filter((number) => number < 0 || number >= 1)).toEqual([])
})
