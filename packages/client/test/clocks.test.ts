import type { Fetch } from '@connected-apps/client'
import { expect, test, vi } from 'vitest'
import { connectTo, ids, rejectionOf } from './calls.ts'
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

test('a timed-out request is taken off the wire', async () => {
  const server = await listen(() => undefined)
  await rejectionOf(connectTo(server.url).revoke(ids, { timeoutMs: 30, maxRetries: 0 }))
  await vi.waitFor(() => expect(server.requests[0]?.socket.destroyed).toBe(true), {
    timeout: 10_000,
  })
})
