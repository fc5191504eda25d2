import type { Fetch } from '@connected-apps/client'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { readConfig } from '../src/config.ts'
import type { CallLimits } from '../src/limits.ts'
import { openRevoke } from '../src/revoke.ts'
import { connectTo, credentials, ids, rejectionOf, RingingClock } from './calls.ts'
import { answerWith, listen } from './loopback.ts'

test('timeoutMs ends an attempt that gets no answer', async () => {
  const server = await listen(() => undefined)
  const call = connectTo(server.url).revoke(ids, { timeoutMs: 30, maxRetries: 0 })
  expect(await rejectionOf(call)).toMatchObject({
    kind: 'timeout',
    limit: 'timeoutMs',
    attempts: 1,
  })
})

test('timeoutMs covers the body', async () => {
  const server = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"status_code":200,')
  })
  const call = connectTo(server.url).revoke(ids, { timeoutMs: 50, maxRetries: 0 })
  expect(await rejectionOf(call)).toMatchObject({ kind: 'timeout', limit: 'timeoutMs' })
})

test('timeoutMs is per attempt: a slow one is given up and tried again', async () => {
  const server = await listen((_, response) => {
    if (server.requests.length > 1) answerWith(response, 200)
  })
  await connectTo(server.url).revoke(ids, { timeoutMs: 200, maxRetries: 9 })
  expect(server.requests.length).toBeGreaterThan(1)
})

test('deadlineMs ends the call, whatever timeoutMs and retries are left', async () => {
  const server = await listen(() => undefined)
  const call = connectTo(server.url).revoke(ids, { deadlineMs: 40, maxRetries: 9 })
  expect(await rejectionOf(call)).toMatchObject({
    kind: 'timeout',
    limit: 'deadlineMs',
    attempts: 1,
  })
})

test('the limits hold even for a fetch that ignores its signal', async () => {
  const fetch = vi.fn<Fetch>(() => new Promise<Response>(() => undefined))
  const call = connectTo('http://127.0.0.1:1', { fetch, timeoutMs: 10, maxRetries: 1 }).revoke(ids)
  expect(await rejectionOf(call)).toMatchObject({ kind: 'timeout', attempts: 2 })
})

// A fetch that never answers, on a clock whose timers are all that passes.
function unanswered(limits: CallLimits) {
  const clock = new RingingClock()
  const fetch = () => new Promise<Response>(() => undefined)
  const revoke = openRevoke(readConfig({ ...credentials, fetch, ...limits }), clock)
  return { clock, call: rejectionOf(revoke(ids)) }
}

test('an attempt is given timeoutMs, not the rest of the call', async () => {
  const { clock, call } = unanswered({ timeoutMs: 7_000, deadlineMs: 100_000, maxRetries: 1 })
  expect(await call).toMatchObject({ kind: 'timeout', limit: 'timeoutMs', attempts: 2 })
  expect(clock.waits).toEqual([7_000, 0, 7_000])
})

test('a call that is given no limits has those of the README', async () => {
  const { clock, call } = unanswered({})
  expect(await call).toMatchObject({ kind: 'timeout', limit: 'timeoutMs', attempts: 3 })
  expect(clock.waits).toEqual([10_000, 0, 10_000, 0, 10_000])
  const long = unanswered({ timeoutMs: 59_999, maxRetries: 9 })
  expect(await long.call).toMatchObject({ limit: 'deadlineMs', attempts: 2 })
  expect(long.clock.waits).toEqual([59_999, 0, 1])
})

test('the clock of the client is that of the system', async () => {
  const before = { now: performance.now(), date: Date.now() }
  const rang = new Promise<void>((resolve) => systemClock.schedule(resolve, 1))
  systemClock.schedule(() => expect.unreachable('it was called off'), 1)()
  await rang
  for (const name of ['now', 'date'] as const) {
    expect(systemClock[name]()).toBeGreaterThanOrEqual(before[name])
  }
  expect(systemClock.now()).toBeLessThanOrEqual(performance.now())
  expect(systemClock.date()).toBeLessThanOrEqual(Date.now())
  const numbers = Array.from({ length: 100 }, () => systemClock.random())
  expect(new Set(numbers).size).toBe(100)
  expect(numbers.filter((number) => number < 0 || number >= 1)).toEqual([])
})

test('the last attempt is given no more than is left of deadlineMs', async () => {
  const { clock, call } = unanswered({ timeoutMs: 7_000, deadlineMs: 10_000, maxRetries: 9 })
  expect(await call).toMatchObject({ kind: 'timeout', limit: 'deadlineMs', attempts: 2 })
  expect(clock.waits).toEqual([7_000, 0, 3_000])
})

test('a timed-out request is taken off the wire', async () => {
  const server = await listen(() => undefined)
  await rejectionOf(connectTo(server.url).revoke(ids, { timeoutMs: 30, maxRetries: 0 }))
  await vi.waitFor(() => expect(server.requests[0]?.socket.destroyed).toBe(true), {
    timeout: 10_000,
  })
})
