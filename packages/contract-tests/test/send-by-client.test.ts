import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pathParameterExamples } from '@connected-apps/contract/examples'
import { settingsOf } from '../src/run-settings.ts'
import { clientFor } from '../src/send-by-client.ts'
import { credentials } from './right-answer.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('waits as long as it is told to, also beyond the minute that is the client’s default', async () => {
  const settings = settingsOf({ url: 'http://127.0.0.1:9', ...credentials, timeoutMs: 90_000 })
  const client = clientFor(settings, 'given', () => new Promise(() => undefined))
  const ended = vi.fn<() => void>()
  const call = client.organizations.members.connectedApps
    .tryRevoke(pathParameterExamples)
    .finally(ended)
  await vi.advanceTimersByTimeAsync(89_000)
  expect(ended).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await call).toMatchObject({ ok: false, error: { kind: 'timeout' } })
})
