import { describe, expect, test } from 'vitest'
import type { ConnectedAppsError } from '../src/errors.ts'
import { createError } from '../src/errors.ts'
import {
  BACKOFF_MS,
  MAX_BACKOFF_MS,
  MAX_RETRY_AFTER_MS,
  parseRetryAfter,
  retryDelayMs,
} from '../src/retry.ts'

const remainingMs = 1_000_000

function responseError(status: number, attempts = 1, retryAfterMs?: number): ConnectedAppsError {
  return createError('decode', 'undeclared', {
    attempts,
    status_code: status,
    reason: 'status',
    request_id: undefined,
    violations: [],
    retryAfterMs,
  })
}
const network = createError('network', 'no response', { attempts: 1, code: undefined })
const attemptTimeout = createError('timeout', 'slow', { attempts: 1, limit: 'timeoutMs' })
const deadline = createError('timeout', 'late', { attempts: 1, limit: 'deadlineMs' })
const aborted = createError('aborted', 'stop', { attempts: 1 })
const argument = createError('argument', 'no', { attempts: 0, argument: 'member_id' })

describe('whether a failure is retried', () => {
  test.each<[string, ConnectedAppsError, boolean]>([
    ['429', responseError(429), true],
    ['500', responseError(500), true],
    ['502', responseError(502), true],
    ['503', responseError(503), true],
    ['599', responseError(599), true],
    ['a failed connection', network, true],
    ['a slow attempt', attemptTimeout, true],
    ['a 200 that breaks the contract', responseError(200), false],
    ['302', responseError(302), false],
    ['400', responseError(400), false],
    ['401', responseError(401), false],
    ['403', responseError(403), false],
    ['404', responseError(404), false],
    ['418', responseError(418), false],
    ['an exceeded deadline', deadline, false],
    ['an abort', aborted, false],
    ['a rejected argument', argument, false],
  ])('%s', (_, error, isRetried) => {
    expect(retryDelayMs(error, 1, remainingMs, 0) !== undefined).toBe(isRetried)
  })

  test('never, if no retries are left', () => {
    expect(retryDelayMs(network, 0, remainingMs, 0)).toBeUndefined()
  })
})

describe('the delay', () => {
  test.each([
    [1, BACKOFF_MS],
    [2, 2 * BACKOFF_MS],
    [3, 4 * BACKOFF_MS],
    [20, MAX_BACKOFF_MS],
  ])('after attempt %i is at most %i ms', (attempts, maxMs) => {
    expect(retryDelayMs(responseError(503, attempts), 1, remainingMs, 0)).toBe(0)
    expect(retryDelayMs(responseError(503, attempts), 1, remainingMs, 0.5)).toBe(maxMs / 2)
  })

  test('is at least Retry-After, which the jitter may exceed', () => {
    expect(retryDelayMs(responseError(429, 1, 7_000), 1, remainingMs, 0.5)).toBe(7_000)
    expect(retryDelayMs(responseError(429, 1, 0), 1, remainingMs, 0.5)).toBe(BACKOFF_MS / 2)
  })

  test('is clamped if Retry-After is long', () => {
    expect(retryDelayMs(responseError(429, 1, 3_600_000), 1, remainingMs, 0)).toBe(
      MAX_RETRY_AFTER_MS,
    )
  })

  test('does not start if it would reach the deadline', () => {
    expect(retryDelayMs(responseError(429, 1, 7_000), 1, 7_001, 0)).toBe(7_000)
    expect(retryDelayMs(responseError(429, 1, 7_000), 1, 7_000, 0)).toBeUndefined()
  })
})

describe('Retry-After is parsed', () => {
  const date = Date.parse('2026-11-22T12:00:00Z')
  test.each<[string, number | undefined]>([
    ['0', 0],
    ['120', 120_000],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 12:00:00 GMT', 0],
    ['Sunday, 22-Nov-26 12:00:30 GMT', 30_000],
    ['Sun Nov 22 12:00:30 2026', 30_000],
    ['Tue Dec  1 12:00:00 2026', 9 * 86_400_000],
    ['9'.repeat(400), 2 ** 31 * 1_000],
    ['Sun, 22 Nov 2026 11:59:59 GMT', undefined],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    ['soon GMT', undefined],
    ['2099', 2_099_000],
    ['soon 12:00:00 GMT', undefined],
    ['2026-11-22T12:00:30Z', undefined],
  ])('%j as %s ms', (value, ms) => {
    expect(parseRetryAfter(value, date)).toBe(ms)
  })
})
