import { describe, expect, test } from 'vitest'
import type { ConnectedAppsError } from '../src/errors.ts'
import { failed } from '../src/errors.ts'
import { BACKOFF_MS, MAX_BACKOFF_MS, MAX_RETRY_AFTER_MS, retryWaitMs } from '../src/retry.ts'
import { retryAfterMs } from '../src/retry-after.ts'

const plenty = 1_000_000

function answered(status: number, attempts = 1, after?: number): ConnectedAppsError {
  return failed('decode', 'undeclared', {
    attempts,
    status_code: status,
    reason: 'status',
    request_id: undefined,
    violations: [],
    retryAfterMs: after,
  })
}
const network = failed('network', 'no answer', { attempts: 1, code: undefined })
const attemptTimeout = failed('timeout', 'slow', { attempts: 1, limit: 'timeoutMs' })
const deadline = failed('timeout', 'late', { attempts: 1, limit: 'deadlineMs' })
const aborted = failed('aborted', 'stop', { attempts: 1 })
const argument = failed('argument', 'no', { attempts: 0, argument: 'member_id' })

describe('what is tried again', () => {
  test.each<[string, ConnectedAppsError, boolean]>([
    ['429', answered(429), true],
    ['500', answered(500), true],
    ['502', answered(502), true],
    ['503', answered(503), true],
    ['599', answered(599), true],
    ['a failed connection', network, true],
    ['a slow attempt', attemptTimeout, true],
    ['200 of the wrong form', answered(200), false],
    ['302', answered(302), false],
    ['400', answered(400), false],
    ['401', answered(401), false],
    ['403', answered(403), false],
    ['404', answered(404), false],
    ['418', answered(418), false],
    ['the deadline', deadline, false],
    ['an abort', aborted, false],
    ['a refused argument', argument, false],
  ])('%s', (_, error, isRetried) => {
    expect(retryWaitMs(error, 1, plenty, 0) !== undefined).toBe(isRetried)
  })

  test('nothing, when no retries are left', () => {
    expect(retryWaitMs(network, 0, plenty, 0)).toBeUndefined()
  })
})

describe('how long it waits', () => {
  test.each([
    [1, BACKOFF_MS],
    [2, 2 * BACKOFF_MS],
    [3, 4 * BACKOFF_MS],
    [20, MAX_BACKOFF_MS],
  ])('after attempt %i, anything up to %i ms', (attempts, most) => {
    expect(retryWaitMs(answered(503, attempts), 1, plenty, 0)).toBe(0)
    expect(retryWaitMs(answered(503, attempts), 1, plenty, 0.5)).toBe(most / 2)
  })

  test('Retry-After is a least, and the jitter may exceed it', () => {
    expect(retryWaitMs(answered(429, 1, 7_000), 1, plenty, 0.5)).toBe(7_000)
    expect(retryWaitMs(answered(429, 1, 0), 1, plenty, 0.5)).toBe(BACKOFF_MS / 2)
  })

  test('Retry-After is clamped', () => {
    expect(retryWaitMs(answered(429, 1, 3_600_000), 1, plenty, 0)).toBe(MAX_RETRY_AFTER_MS)
  })

  test('a wait that would reach the deadline is not begun', () => {
    expect(retryWaitMs(answered(429, 1, 7_000), 1, 7_001, 0)).toBe(7_000)
    expect(retryWaitMs(answered(429, 1, 7_000), 1, 7_000, 0)).toBeUndefined()
  })
})

describe('Retry-After is read', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')
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
    expect(retryAfterMs(value, now)).toBe(ms)
  })
})
