import { describe, expect, test } from 'vitest'
import { Pace } from '../../src/pace/pace.ts'
import type { Limiter } from './limiters.ts'
import {
  alignedWindow,
  fixedWindow,
  interruptedBucket,
  sharedWindow,
  slidingWindow,
  tokenBucket,
  withoutRetryAfter,
} from './limiters.ts'
import { simulate } from './simulate.ts'

const latencies = [
  { latencyMs: 5, jitterMs: 5 },
  { latencyMs: 20, jitterMs: 20 },
  { latencyMs: 150, jitterMs: 100 },
]

const limitersOf = (limit: number, windowMs: number): [string, () => Limiter][] => [
  ['a window that starts with a request', () => fixedWindow(limit, windowMs)],
  ['a window by the clock', () => alignedWindow(limit, windowMs)],
  ['a sliding window', () => slidingWindow(limit, windowMs)],
]

describe.each(latencies)('at a latency of $latencyMs ms', (latency) => {
  test.each([
    ...limitersOf(1000, 1000),
    ['a token bucket', () => tokenBucket(1000, 100)],
    ['a window without Retry-After', () => withoutRetryAfter(fixedWindow(1000, 1000))],
  ] satisfies [string, () => Limiter][])(
    '%s: uses 95 of 100 of 1,000 per second after 30 s, less than 1 of 100 requests is limited',
    (_, createLimiter) => {
      const result = simulate({
        limiter: createLimiter(),
        ...latency,
        share: 1,
        seconds: 150,
        afterSeconds: 30,
      })
      expect(result.perSecond).toBeGreaterThan(950)
      expect(result.limitedPart).toBeLessThan(0.01)
    },
  )

  test.each(limitersOf(10, 1000))(
    '%s: at 10 per second, less than 3 of 100 requests are limited',
    (_, createLimiter) => {
      const result = simulate({ limiter: createLimiter(), ...latency, share: 1, seconds: 900 })
      expect(result.perSecond).toBeGreaterThan(9)
      expect(result.limitedPart).toBeLessThan(0.03)
    },
  )

  test.each(limitersOf(60, 60_000))(
    '%s: at 60 per minute, less than 3 of 100 requests are limited',
    (_, createLimiter) => {
      const result = simulate({ limiter: createLimiter(), ...latency, share: 1, seconds: 3600 })
      expect(result.perSecond).toBeGreaterThan(0.95)
      expect(result.limitedPart).toBeLessThan(0.03)
    },
  )
})

describe.each([0, 3, 100, 300])('a window of which others leave %i requests', (left) => {
  test.each([
    ['the first', [0]],
    ['the third', [2]],
    ['the third and the fourth', [2, 3]],
    ['every third', [0, 3, 6, 9]],
  ])('(%s): uses 80 of 100 of the windows that they do not use', (_, used) => {
    const result = simulate({
      limiter: sharedWindow(600, 60_000, (window) => (used.includes(window) ? 600 - left : 0)),
      latencyMs: 20,
      jitterMs: 20,
      share: 0.9,
      seconds: 720,
    })
    const free = (12 - used.length) * 600
    expect((result.perSecond * 720) / free).toBeGreaterThan(0.8)
    expect(result.limitedPart).toBeLessThan(0.01)
  })
})

describe.each([1, 0.9, 0.5])('a share of %f of a bucket that others empty', (share) => {
  test.each([
    { everyMs: 10_000, forMs: 500 },
    { everyMs: 20_000, forMs: 1000 },
    { everyMs: 60_000, forMs: 1000 },
    { everyMs: 60_000, forMs: 3000 },
    { everyMs: 170_000, forMs: 1000 },
  ])('each $everyMs ms for $forMs ms: loses no more than 1 of 4 requests', (interruptions) => {
    const limiter = interruptedBucket(100, interruptions)
    for (const each of [limiter, withoutRetryAfter(interruptedBucket(100, interruptions))]) {
      const result = simulate({ limiter: each, latencyMs: 50, jitterMs: 20, share, seconds: 1800 })
      expect(result.perSecond).toBeGreaterThan(0.75 * share * 100)
      expect(result.limitedPart).toBeLessThan(0.01)
    }
  })
})

test('has no more in flight than 2 of 100 of the limit, or one, when responses are quick', () => {
  const quick = { latencyMs: 5, jitterMs: 5, share: 1, seconds: 150, afterSeconds: 30 }
  expect(simulate({ limiter: fixedWindow(1000, 1000), ...quick }).maxInFlight).toBeLessThanOrEqual(
    20,
  )
  expect(simulate({ limiter: fixedWindow(10, 1000), ...quick }).maxInFlight).toBe(1)
  expect(simulate({ limiter: fixedWindow(60, 60_000), ...quick }).maxInFlight).toBe(1)
})

test('loses little to timers that fire late, as on a busy machine', () => {
  const busy = { latencyMs: 20, jitterMs: 20, timerLateMs: 10, share: 1, seconds: 150 }
  const result = simulate({ limiter: fixedWindow(1000, 1000), ...busy, afterSeconds: 30 })
  expect(result.perSecond).toBeGreaterThan(940)
  expect(result.limitedPart).toBeLessThan(0.01)
})

test('loses little to a server that stands still now and then', () => {
  const restless = { latencyMs: 20, jitterMs: 20, stallMs: 20, share: 1, seconds: 150 }
  const result = simulate({ limiter: fixedWindow(1000, 1000), ...restless, afterSeconds: 30 })
  expect(result.perSecond).toBeGreaterThan(940)
  expect(result.limitedPart).toBeLessThan(0.01)
})

test.each([50, 200, 1000])(
  'asks a server that can do 6 of 10 of its limit of %i for no more than twice what it can do',
  (limit) => {
    let highest = 0
    const result = simulate({
      limiter: fixedWindow(limit, 1000),
      serverPerSecond: 0.6 * limit,
      latencyMs: 5,
      jitterMs: 5,
      share: 0.9,
      seconds: 150,
      afterSeconds: 30,
      watch: (_, { rate }) => (highest = Math.max(highest, rate)),
    })
    expect(highest).toBeLessThan(2 * 0.6 * limit * 1.1)
    expect(result.perSecond).toBeGreaterThan(0.59 * limit)
    expect(result.limitedPart).toBe(0)
  },
)

test('does not raise the rate beyond twice the limit, however slow that is', () => {
  let highest = 0
  const windows = 200
  simulate({
    limiter: fixedWindow(1, 600_000),
    latencyMs: 50,
    jitterMs: 0,
    share: 0.9,
    seconds: windows * 600,
    // It is called once per request here, since these are minutes apart.
    watch: (call, { rate }) => {
      if (call > windows / 4) highest = Math.max(highest, rate)
    },
  })
  expect(highest).toBeLessThan(2.1 / 600)
})

describe.each([0.5, 0.9])('a share of %f', (share) => {
  test.each([
    ...limitersOf(1000, 10_000),
    ...limitersOf(6000, 60_000),
    ['a token bucket of a second', () => tokenBucket(100, 100)],
    ['a token bucket of a minute', () => tokenBucket(100, 6000)],
  ] satisfies [string, () => Limiter][])(
    '%s: uses at least that, but may leave nothing to others',
    (_, createLimiter) => {
      const quick = { latencyMs: 20, jitterMs: 20, share, seconds: 1800, afterSeconds: 600 }
      const result = simulate({ limiter: createLimiter(), ...quick })
      expect(result.perSecond / 100).toBeGreaterThan(share - 0.05)
      expect(result.limitedPart).toBeLessThan(0.01)
    },
  )

  test.each(limitersOf(100, 1000))('%s: leaves the rest to others', (_, createLimiter) => {
    const { perSecond } = simulate({
      limiter: createLimiter(),
      latencyMs: 20,
      jitterMs: 20,
      share,
      seconds: 900,
      afterSeconds: 30,
    })
    expect(perSecond / 100).toBeGreaterThan(share - 0.05)
    // Every few minutes the rate rises to the limit, in case that it was raised.
    expect(perSecond / 100).toBeLessThan(share + (1 - share) / 4)
  })
})

test('notices a limit that was raised, and one that was lowered', () => {
  const [low, high] = [fixedWindow(100, 1000), fixedWindow(200, 1000)]
  const raisedAt = 120_000
  const loweredAt = 900_000
  let limited = 0
  const rates: number[] = []
  simulate({
    limiter: (now) => {
      const result = now > raisedAt && now < loweredAt ? high(now) : low(now)
      if (now > loweredAt + 30_000 && result !== undefined) limited++
      return result
    },
    latencyMs: 20,
    jitterMs: 20,
    share: 1,
    seconds: 1200,
    watch: (second, pace) => (rates[second] = pace.rate),
  })
  expect(rates[119]).toBeLessThan(105)
  expect(rates[899]).toBeGreaterThan(190)
  expect(rates[960]).toBeLessThan(105)
  expect(limited).toBeLessThan(30)
})

test('never exceeds a given rate, and starts with it', () => {
  const sentAt: number[] = []
  simulate({
    limiter: (now) => void sentAt.push(now),
    latencyMs: 0,
    jitterMs: 0,
    share: 0.9,
    rate: 50,
    seconds: 60,
  })
  expect(sentAt.length).toBeGreaterThan(0.98 * 50 * 60)
  for (const [index, at] of sentAt.entries()) {
    const tenLater = sentAt[index + 10]
    if (tenLater !== undefined) expect(tenLater - at).toBeGreaterThan(10 * 20 - 51)
  }
})

test('pauses everything for as long as Retry-After says, and not much longer', () => {
  const pace = new Pace({ share: 1 })
  pace.recordSent(1000)
  pace.recordLimited(1100, 1000, 7000, 0.5)
  expect(pace.delayMs(1100)).toBeGreaterThanOrEqual(7000)
  expect(pace.delayMs(1100)).toBeLessThanOrEqual(7100)
  expect(pace.delayMs(8200)).toBe(0)
})

test('lowers the rate once for all requests that were in flight when the limit was hit', () => {
  const pace = new Pace({ share: 1, maxRate: 100 })
  for (let request = 0; request < 10; request++) pace.recordSent(10 * request)
  pace.recordPassed(150, 150)
  pace.recordLimited(160, 10, 1000, 0)
  const { rate } = pace
  pace.recordPassed(165, 150)
  pace.recordLimited(170, 20, 1000, 0)
  pace.recordLimited(180, 30, 1000, 0)
  expect(rate).toBeLessThan(100)
  expect(pace.rate).toBe(rate)
  expect(pace.delayMs(180)).toBe(1000)
})

test('sends one request until the first response, which may reject the credentials, then one more for each', () => {
  const pace = new Pace({ share: 1, maxRate: 1000 })
  expect(pace.maxInFlight).toBe(1)
  pace.recordSent(0)
  for (let response = 1; response <= 300; response++) {
    pace.recordPassed(100 + response, 100)
    expect(pace.maxInFlight).toBe(Math.min(256, response + 1))
  }
})

test('waits longer and longer for a server that lets nothing through and says nothing', () => {
  const pace = new Pace({ share: 1 })
  const delays: number[] = []
  let now = 0
  for (let round = 0; round < 8; round++) {
    pace.recordSent(now)
    pace.recordLimited(now, now, undefined, 0)
    delays.push(pace.delayMs(now))
    now += pace.delayMs(now)
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000))
  expect(pace.pausesInARow).toBe(8)
})
