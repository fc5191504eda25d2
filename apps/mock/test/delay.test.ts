import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { delay } from '../src/delay.ts'
import { examplePath } from '../src/example-request.ts'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { authorization, callRevoke } from './call.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

it.each(['header', 'query'])('holds the answer back for as long as the %s says', async (where) => {
  const started = performance.now()
  const { status } = await callRevoke(
    mock.url,
    where === 'header'
      ? { headers: { prefer: 'wait=0.3, code=403' } }
      : { query: '?__wait=0.3&__code=403' },
  )
  expect(status).toBe(403)
  expect(performance.now() - started).toBeGreaterThan(290)
})

it('stops waiting when the caller goes away, and says so in the journal', async () => {
  const abort = new AbortController()
  const call = fetch(mock.url + examplePath(), {
    method: 'POST',
    headers: { authorization, prefer: 'wait=60' },
    signal: abort.signal,
  })
  await vi.waitFor(() => expect(mock.journal.total).toBe(1), { timeout: 10_000 })
  abort.abort()
  await expect(call).rejects.toThrow('aborted')
  await vi.waitFor(() => expect(mock.journal.entries()).toMatchObject([{ aborted: true }]), {
    timeout: 10_000,
  })
  expect(mock.journal.entries()[0]).not.toHaveProperty('status')
})

it('does not wait to be closed', async () => {
  const other = await startMock()
  const call = callRevoke(other.url, {
    ids: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000d30200' },
  }).catch((error: unknown) => error)
  await vi.waitFor(() => expect(other.journal.total).toBe(1), { timeout: 10_000 })
  await other.close()
  expect(await call).toBeInstanceOf(TypeError)
})

it('keeps no timer and no listener of a wait that ended early', async () => {
  const abort = new AbortController()
  const removed = vi.spyOn(abort.signal, 'removeEventListener')
  const waiting = delay(60, abort.signal)
  abort.abort()
  expect(await waiting).toBe(false)
  expect(removed).toHaveBeenCalledTimes(1)
  expect(await delay(60, abort.signal)).toBe(false)
  expect(await delay(0.001, new AbortController().signal)).toBe(true)
})
