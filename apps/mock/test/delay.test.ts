import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { sleep } from '../src/http/request.ts'
import { examplePath } from '../src/mock/example-request.ts'
import { startMock } from '../src/index.ts'
import type { Mock } from '../src/index.ts'
import { authorization, callRevoke } from './call-revoke.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock()
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

it.each(['header', 'query'])('delays the response as the %s says', async (where) => {
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

it('stops waiting when the client disconnects, and records it in the journal', async () => {
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

it('closes without waiting for delayed responses', async () => {
  const other = await startMock()
  const call = callRevoke(other.url, {
    ids: { connected_app_id: 'connected-app-test-00000000-0000-4000-8000-000000d30200' },
  }).catch((error: unknown) => error)
  await vi.waitFor(() => expect(other.journal.total).toBe(1), { timeout: 10_000 })
  await other.close()
  expect(await call).toBeInstanceOf(TypeError)
})

it('leaves no timer and no listener after a sleep that was aborted', async () => {
  const abort = new AbortController()
  const removed = vi.spyOn(abort.signal, 'removeEventListener')
  const sleeping = sleep(60, abort.signal)
  abort.abort()
  expect(await sleeping).toBe(false)
  expect(removed).toHaveBeenCalledTimes(1)
  expect(await sleep(60, abort.signal)).toBe(false)
  expect(await sleep(0.001, new AbortController().signal)).toBe(true)
})
