import { expect, it, vi } from 'vitest'
import { allScenarios, startMock } from '../src/index.ts'
import { call } from './call.ts'
import { anyOperation, errorOf, first, scenarioValue, statusOf } from './operations.ts'
import { startSharedMock } from './shared-mock.ts'

const mock = await startSharedMock()

it.each(['header', 'query'])('delays the response by the time in the %s', async (where) => {
  const started = performance.now()
  const code = statusOf(anyOperation, errorOf(anyOperation, 'limit'))
  const { status } = await call(
    mock.url,
    anyOperation,
    where === 'header'
      ? { headers: { prefer: `wait=0.3, code=${code}` } }
      : { query: `?__wait=0.3&__code=${code}` },
  )
  expect(status).toBe(code)
  expect(performance.now() - started).toBeGreaterThan(290)
})

it('stops waiting when the client disconnects, and records it in the journal', async () => {
  const abort = new AbortController()
  const pending = call(mock.url, anyOperation, {
    headers: { prefer: 'wait=60' },
    signal: abort.signal,
  })
  await vi.waitFor(() => expect(mock.journal.total).toBe(1), { timeout: 10_000 })
  abort.abort()
  await expect(pending).rejects.toThrow('aborted')
  await vi.waitFor(() => expect(mock.journal.list()).toMatchObject([{ aborted: true }]), {
    timeout: 10_000,
  })
  expect(mock.journal.list()[0]).not.toHaveProperty('status')
})

it('closes without waiting for delayed responses', async () => {
  const other = await startMock()
  const { id } = first(
    allScenarios.filter(
      ({ operationId, responses: [{ waitSeconds = 0 }] }) =>
        operationId === anyOperation.operationId && waitSeconds > 10,
    ),
  )
  const values = scenarioValue(anyOperation, id)
  const pending = call(other.url, anyOperation, { values }).catch((error: unknown) => error)
  await vi.waitFor(() => expect(other.journal.total).toBe(1), { timeout: 10_000 })
  await other.close()
  expect(await pending).toBeInstanceOf(TypeError)
})
