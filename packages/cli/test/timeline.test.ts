import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Timeline } from '../src/report/timeline.ts'

const startedAt = Date.UTC(2026, 10, 27, 2)

describe('a timeline', () => {
  test('counts everything, in a bounded number of intervals, however long the runs and whatever the clock does', () => {
    const events = fc.array(
      fc.record({
        isStart: fc.boolean(),
        isLimited: fc.boolean(),
        at: fc.integer({ min: -10_000, max: 100_000_000 }),
        durationMs: fc.integer({ min: 0, max: 1_000_000 }),
      }),
    )
    fc.assert(
      fc.property(events, (list) => {
        const timeline = new Timeline()
        timeline.startRun(startedAt)
        for (const { isStart, isLimited, at, durationMs } of list) {
          if (isStart) timeline.startRun(startedAt + at)
          else if (isLimited) timeline.recordRateLimited(startedAt + at)
          else timeline.recordOutcome(startedAt + at, durationMs)
        }
        const intervals = timeline.intervals()
        expect(intervals.length).toBeLessThanOrEqual(120)
        const limited = list.filter(({ isStart, isLimited }) => !isStart && isLimited).length
        const ended = list.filter(({ isStart, isLimited }) => !isStart && !isLimited).length
        expect(intervals.reduce((sum, each) => sum + each.rateLimited, 0)).toBe(limited)
        expect(intervals.reduce((sum, each) => sum + each.outcomes, 0)).toBe(ended)
      }),
      { numRuns: 200 },
    )
  })

  test('has latencies that are right to a few per cent', () => {
    const timeline = new Timeline()
    timeline.startRun(startedAt)
    for (let index = 1; index <= 1000; index++) timeline.recordOutcome(startedAt + index, index)
    for (const quantile of [0.5, 0.95]) {
      const ratio = (timeline.latency(quantile) ?? 0) / (1000 * quantile)
      expect(ratio).toBeGreaterThan(0.93)
      expect(ratio).toBeLessThan(1.07)
    }
  })
})
