import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pathParameterExamples } from '@connected-apps/contract/examples'
import { resolveSettings } from '../src/options.ts'
import { createClient } from '../src/send/client.ts'
import { credentials } from './support/reference-provider.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('waits for the given timeout even if it exceeds the client’s default deadline of a minute', async () => {
  const settings = resolveSettings({ url: 'http://127.0.0.1:9', ...credentials, timeoutMs: 90_000 })
  const client = createClient(settings, 'given', () => new Promise(() => undefined))
  const settled = vi.fn<() => void>()
  const call = client.organizations.members.connectedApps
    .tryRevoke(pathParameterExamples)
    .finally(settled)
  await vi.advanceTimersByTimeAsync(89_000)
  expect(settled).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await call).toMatchObject({ ok: false, error: { kind: 'timeout' } })
})
