import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { expandPath } from '@connected-apps/contract'
import type { PathParameters } from '@connected-apps/contract'
import { allOperations } from '@connected-apps/contract/operations'
import { resolveSettings } from '../src/options.ts'
import { NoResponseError } from '../src/send/exchange.ts'
import { sendWithClient } from '../src/send/client.ts'
import { safeOperation } from './support/operations.ts'
import { credentials } from './support/reference-provider.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('waits for the given timeout even if it exceeds the client’s default deadline of a minute', async () => {
  const settings = resolveSettings({ url: 'http://127.0.0.1:9', ...credentials, timeoutMs: 90_000 })
  vi.stubGlobal('fetch', () => new Promise(() => undefined))
  const settled = vi.fn<() => void>()
  const sent = sendWithClient(safeOperation, {}, settings).catch((error: unknown) => {
    settled()
    return error
  })
  await vi.advanceTimersByTimeAsync(89_000)
  expect(settled).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await sent).toBeInstanceOf(NoResponseError)
})

test.each(allOperations)('sends $operationId with the client', async (operation) => {
  vi.useRealTimers()
  const settings = resolveSettings({ url: 'http://127.0.0.1:9', ...credentials })
  const sent: string[] = []
  vi.stubGlobal('fetch', (url: string, { method }: RequestInit) => {
    sent.push(`${method} ${new URL(url).pathname}`)
    return Promise.resolve(new Response('{}'))
  })
  const { received } = await sendWithClient(operation, {}, settings)
  const path = expandPath(operation, settings.ids as PathParameters) // safe: each has an id
  expect(sent).toEqual([`${operation.method} ${path}`])
  expect(String(received.body)).toBe('{}')
})
