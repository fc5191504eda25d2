/** The figures of one interval of a run. */
export interface Interval {
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number
  /** Seconds of running time before it; the pauses between runs are left out. */
  readonly offsetSeconds: number
  readonly seconds: number
  /** Whether it is the first of a run that resumed another one. */
  readonly isResumed: boolean
  /** Responses that ended a target. */
  readonly outcomes: number
  readonly rateLimited: number
  /** Latency in milliseconds; undefined without an outcome. */
  readonly p50: number | undefined
  readonly p95: number | undefined
}

/** How many intervals a timeline has at most: enough for a plot, few enough for a table. */
const MAX_INTERVALS = 120

/** Latencies are counted in classes whose limits grow by 7 %, up to some minutes. */
const CLASS_GROWTH = 1.07
const CLASSES = 180

interface Bucket {
  startedAt: number
  isResumed: boolean
  outcomes: number
  rateLimited: number
  latencies: Uint32Array
}

/**
 * Counts what happened, by time. Its memory has a bound: when there are too many intervals, each two
 * become one.
 */
export class Timeline {
  #buckets: Bucket[] = []
  #intervalMs = 1000
  #runStartedAt = 0
  /** The running time of the runs before this one. */
  #earlierMs = 0
  #runMs = 0
  readonly #latencies = new Uint32Array(CLASSES)

  startRun(at: number): void {
    this.#earlierMs += this.#runMs
    this.#runMs = 0
    this.#runStartedAt = at
    this.#bucketAt(at).isResumed ||= this.#earlierMs > 0
  }

  recordOutcome(at: number, durationMs: number): void {
    const bucket = this.#bucketAt(at)
    bucket.outcomes += 1
    const index = Math.ceil(Math.log(Math.max(1, durationMs)) / Math.log(CLASS_GROWTH))
    for (const latencies of [bucket.latencies, this.#latencies]) {
      addTo(latencies, Math.min(index, CLASSES - 1), 1)
    }
  }

  recordRateLimited(at: number): void {
    this.#bucketAt(at).rateLimited += 1
  }

  /** The latency that this part of all outcomes did not exceed; undefined without outcomes. */
  latency(quantile: number): number | undefined {
    return quantileOf(this.#latencies, quantile)
  }

  intervals(): Interval[] {
    return this.#buckets.map(({ latencies, ...bucket }, index) => ({
      ...bucket,
      offsetSeconds: (index * this.#intervalMs) / 1000,
      seconds: this.#intervalMs / 1000,
      p50: quantileOf(latencies, 0.5),
      p95: quantileOf(latencies, 0.95),
    }))
  }

  // A clock may have been set back during a run.
  #bucketAt(at: number): Bucket {
    const inRunMs = Math.max(0, at - this.#runStartedAt)
    this.#runMs = Math.max(this.#runMs, inRunMs)
    const position = this.#earlierMs + inRunMs
    while (position / this.#intervalMs >= MAX_INTERVALS) this.#mergePairs()
    const index = Math.floor(position / this.#intervalMs)
    for (let missing = index - this.#buckets.length; missing >= 0; missing--) {
      this.#buckets.push(createBucket(at - missing * this.#intervalMs))
    }
    return this.#buckets[index] ?? createBucket(at) // the loop has created those that were missing
  }

  #mergePairs(): void {
    this.#intervalMs *= 2
    const merged: Bucket[] = []
    for (const [index, bucket] of this.#buckets.entries()) {
      const into = index % 2 === 0 ? undefined : merged.at(-1)
      if (into === undefined) {
        merged.push(bucket)
        continue
      }
      into.isResumed ||= bucket.isResumed
      into.outcomes += bucket.outcomes
      into.rateLimited += bucket.rateLimited
      for (const [latency, count] of bucket.latencies.entries())
        addTo(into.latencies, latency, count)
    }
    this.#buckets = merged
  }
}

function createBucket(startedAt: number): Bucket {
  const latencies = new Uint32Array(CLASSES)
  return { startedAt, isResumed: false, outcomes: 0, rateLimited: 0, latencies }
}

function addTo(latencies: Uint32Array, index: number, count: number): void {
  latencies[index] = (latencies[index] ?? 0) + count
}

function quantileOf(latencies: Uint32Array, quantile: number): number | undefined {
  const total = latencies.reduce((sum, count) => sum + count, 0)
  let rest = Math.ceil(total * quantile)
  if (rest === 0) return undefined
  const index = latencies.findIndex((count) => (rest -= count) <= 0)
  return CLASS_GROWTH ** index
}
