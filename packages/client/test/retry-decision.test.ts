import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConnectedAppsError } from '../src/errors.ts'
import { createError } from '../src/errors.ts'
import type { RetryContext } from '../src/retry.ts'
import { BACKOFF_MS, MAX_BACKOFF_MS, parseRetryAfter, retryDelayMs } from '../src/retry.ts'
import { createRetryBudget } from '../src/retry-budget.ts'

const fields = { request_id: undefined, violations: [], headers: {} }

function httpError(status_code: number, attempts = 1, retryAfterMs?: number): ConnectedAppsError {
  return createError('http', 'failed', {
    ...fields,
    attempts,
    status_code,
    retryAfterMs,
    conforms: false,
    error_type: undefined,
    error_message: undefined,
    error_url: undefined,
    error_details: undefined,
    body: undefined,
  })
}

function decodeError(status_code: number): ConnectedAppsError {
  const decodeFields = { ...fields, attempts: 1, status_code, retryAfterMs: undefined }
  return createError('decode', 'not trusted', { ...decodeFields, reason: 'status' })
}

function networkError(code: string | undefined, attempts = 1): ConnectedAppsError {
  return createError('network', 'no response', { attempts, code })
}

const network = networkError(undefined)
const attemptTimeout = createError('timeout', 'slow', { attempts: 1, limit: 'timeoutMs' })
const deadline = createError('timeout', 'late', { attempts: 1, limit: 'deadlineMs' })
const aborted = createError('aborted', 'stop', { attempts: 1 })
const argument = createError('argument', 'no', { attempts: 0, argument: 'member_id' })

function delayOf(
  error: ConnectedAppsError,
  context: Partial<RetryContext> = {},
): number | undefined {
  const defaults = { retriesLeft: 1, remainingMs: 10_000_000, random: 0, hadImmediateRetry: false }
  return retryDelayMs(error, { ...defaults, ...context })
}

describe('whether a failure is retried', () => {
  test.each<[string, ConnectedAppsError, boolean]>([
    ['408', httpError(408), true],
    ['425', httpError(425), true],
    ['429', httpError(429), true],
    ['500', httpError(500), true],
    ['502', httpError(502), true],
    ['503', httpError(503), true],
    ['504', httpError(504), true],
    ['599', httpError(599), true],
    ['a failed connection', network, true],
    ['a slow attempt', attemptTimeout, true],
    ['a redirect whose status a browser hides', httpError(0), false],
    ['a 200 that breaks the contract', decodeError(200), false],
    ['an undeclared success', decodeError(206), false],
    ['302', httpError(302), false],
    ['400', httpError(400), false],
    ['401', httpError(401), false],
    ['403', httpError(403), false],
    ['404', httpError(404), false],
    ['409', httpError(409), false],
    ['418', httpError(418), false],
    ['501, which no repetition implements', httpError(501), false],
    ['an exceeded deadline', deadline, false],
    ['an abort', aborted, false],
    ['a rejected argument', argument, false],
  ])('%s', (_, error, isRetried) => {
    expect(delayOf(error) !== undefined).toBe(isRetried)
  })

  test('never, if no retries are left', () => {
    for (const error of [network, networkError('ECONNRESET'), httpError(503, 1, 0)]) {
      expect(delayOf(error, { retriesLeft: 0 })).toBeUndefined()
    }
  })
})

describe('the delay', () => {
  test.each([
    [1, BACKOFF_MS],
    [2, 2 * BACKOFF_MS],
    [3, 4 * BACKOFF_MS],
    [20, MAX_BACKOFF_MS],
    [2_000, MAX_BACKOFF_MS],
  ])('after attempt %i is at most %i ms', (attempts, maxMs) => {
    expect(delayOf(httpError(503, attempts))).toBe(0)
    expect(delayOf(httpError(503, attempts), { random: 0.5 })).toBe(maxMs / 2)
  })

  test('is that of Retry-After, plus the same jitter', () => {
    expect(delayOf(httpError(429, 1, 7_000))).toBe(7_000)
    expect(delayOf(httpError(429, 1, 7_000), { random: 0.5 })).toBe(7_000 + BACKOFF_MS / 2)
    expect(delayOf(httpError(429, 3, 7_000), { random: 0.5 })).toBe(7_000 + 2 * BACKOFF_MS)
    expect(delayOf(httpError(429, 1, 0), { random: 0.5 })).toBe(BACKOFF_MS / 2)
  })

  test('is limited only by the deadline', () => {
    expect(delayOf(httpError(429, 1, 3_600_000))).toBe(3_600_000)
  })

  test('is undefined if it would reach the deadline, even if only by its jitter', () => {
    expect(delayOf(httpError(429, 1, 7_000), { remainingMs: 7_001 })).toBe(7_000)
    expect(delayOf(httpError(429, 1, 7_000), { remainingMs: 7_000 })).toBeUndefined()
    expect(delayOf(httpError(429, 1, 7_000), { remainingMs: 7_200, random: 0.5 })).toBeUndefined()
    expect(delayOf(httpError(503), { remainingMs: 0 })).toBeUndefined()
  })
})

describe('a connection that the server has just closed', () => {
  test.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])('is replaced immediately: %s', (code) => {
    expect(delayOf(networkError(code), { random: 0.5 })).toBe(0)
    expect(delayOf(networkError(code, 2), { random: 0.5 })).toBe(0)
  })

  test('is not replaced once the deadline has passed', () => {
    expect(delayOf(networkError('ECONNRESET'), { remainingMs: 0 })).toBeUndefined()
  })

  test('is replaced immediately only once per call', () => {
    const context = { random: 0.5, hadImmediateRetry: true }
    expect(delayOf(networkError('ECONNRESET'), context)).toBe(BACKOFF_MS / 2)
  })

  test.each([undefined, 'ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'econnreset'])(
    'is not assumed for the code %s',
    (code) => {
      expect(delayOf(networkError(code), { random: 0.5 })).toBe(BACKOFF_MS / 2)
    },
  )
})

describe('the budget for retries', () => {
  /** How many retries it allows in a row. */
  function countRetries(budget = createRetryBudget()): number {
    let retries = 0
    while (budget.tryTake()) retries++
    return retries
  }

  test('allows 100 retries in a row', () => {
    expect(countRetries()).toBe(100)
  })

  test('allows one more for each five calls that succeed at the first attempt', () => {
    const budget = createRetryBudget()
    countRetries(budget)
    for (let call = 1; call < 5; call++) budget.recordSuccess(0)
    expect(countRetries(budget)).toBe(0)
    for (let call = 1; call <= 11; call++) budget.recordSuccess(0)
    expect(countRetries(budget)).toBe(3)
  })

  test('is refunded the retries of a call that then succeeds', () => {
    const budget = createRetryBudget()
    countRetries(budget)
    budget.recordSuccess(2)
    expect(countRetries(budget)).toBe(2)
  })

  test('never grows beyond its size', () => {
    const budget = createRetryBudget()
    for (let call = 0; call < 1_000; call++) budget.recordSuccess(call % 3)
    expect(countRetries(budget)).toBe(100)
  })
})

describe('Retry-After is parsed', () => {
  const date = Date.parse('2026-11-22T12:00:00Z')
  test.each<[string, number | undefined]>([
    ['0', 0],
    ['1', 1_000],
    ['1.5', 1_500],
    ['0.25', 250],
    ['007', 7_000],
    ['120', 120_000],
    ['2099', 2_099_000],
    ['9'.repeat(400), 2 ** 31 * 1_000],
    [`${'9'.repeat(400)}.5`, 2 ** 31 * 1_000],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 12:00:00 GMT', 0],
    ['Sunday, 22-Nov-26 12:00:30 GMT', 30_000],
    ['Sun Nov 22 12:00:30 2026', 30_000],
    ['Tue Dec  1 12:00:00 2026', 9 * 86_400_000],
    ['Sun, 22 Nov 2026 11:59:59 GMT', undefined],
    ['Sun, 99 Nov 2026 12:00:30 GMT', undefined],
    ['Sun, 22 Abc 2026 12:00:30 GMT', undefined],
    ['Sun, 22 Nov 2026 99:99:99 GMT', undefined],
    ['Sun, 22 Nov 2026 12:00:30 CET', undefined],
    ['Sun, 22 Nov 2026 12:00:30', undefined],
    ['', undefined],
    ['-1', undefined],
    ['+1', undefined],
    ['1.', undefined],
    ['.5', undefined],
    ['1.5.5', undefined],
    ['1,5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['1 2', undefined],
    ['60, 60', undefined],
    ['Infinity', undefined],
    ['soon', undefined],
    ['soon 2099', undefined],
    ['soon GMT', undefined],
    ['soon 12:00:00 GMT', undefined],
    ['2099-01-01', undefined],
    ['2026-11-22T12:00:30Z', undefined],
  ])('%j as %s ms', (value, ms) => {
    expect(parseRetryAfter(value, date)).toBe(ms)
  })

  test('in each of the three formats that HTTP has for dates', () => {
    // In the format of RFC 850, the year has two digits.
    const max = new Date('2049-12-31')
    fc.assert(
      fc.property(fc.date({ min: new Date(date), max, noInvalidDate: true }), (each) => {
        const fixdate = each.toUTCString()
        const [, day = '', month = '', year = '', time = ''] = fixdate.split(' ')
        const weekday = each.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })
        const rfc850 = `${weekday}, ${day}-${month}-${year.slice(-2)} ${time} GMT`
        const asctime = `${fixdate.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`
        const ms = Math.floor(each.getTime() / 1_000) * 1_000 - date
        for (const value of [fixdate, rfc850, asctime]) {
          expect([value, parseRetryAfter(value, date)]).toEqual([value, ms])
        }
      }),
    )
  })
})
