import { Pace } from '../../src/pace/pace.ts'
import type { Limiter } from './limiters.ts'

export interface Simulation {
  limiter: Limiter
  latencyMs: number
  /** Each response takes up to this much longer. */
  jitterMs: number
  /** Each timer fires up to this much too late, and one in fifty ten times as late; default 0. */
  timerLateMs?: number
  /** How many requests the server can decide per second, one after the other; default: any number. */
  serverPerSecond?: number
  /** About once a second, the server stands still for up to this long; default 0. */
  stallMs?: number
  seconds: number
  share: number
  rate?: number
  /** Only what is sent after this time is counted. */
  afterSeconds?: number
  seed?: number
  /** Called once per simulated second. */
  watch?: (second: number, pace: Pace) => void
}

export interface Simulated {
  perSecond: number
  limitedPart: number
  maxInFlight: number
}

/** Sends as fast as the pace allows, for thousands of simulated seconds within milliseconds. */
export function simulate(options: Simulation): Simulated {
  const { limiter, latencyMs, jitterMs, seconds, share, rate, afterSeconds = 0, seed = 1 } = options
  const { timerLateMs = 0, serverPerSecond = Number.POSITIVE_INFINITY, stallMs = 0 } = options
  const random = createRandom(seed)
  const pace = new Pace({ share, maxRate: rate })
  const responses = new Heap()
  let now = 1
  let sent = 0
  let limited = 0
  let maxInFlight = 0
  let second = 0
  let wakeAt = 0
  let decidedAt = 0
  let stallAt = 0
  let stalledMs = 0
  while (now < seconds * 1000) {
    if (now / 1000 >= second) options.watch?.(second++, pace)
    const free = responses.size < pace.maxInFlight
    const delay = pace.delayMs(now)
    if (free && delay === 0) {
      pace.recordSent(now)
      // The server decides half-way.
      const oneWay = (latencyMs + random() * jitterMs) / 2
      while (stallAt + stalledMs < now + oneWay) {
        stallAt += 2000 * random()
        stalledMs = stallMs * random()
      }
      const arrivedAt = now + oneWay < stallAt ? now + oneWay : stallAt + stalledMs
      decidedAt = Math.max(decidedAt + 1000 / serverPerSecond, arrivedAt)
      const retryAfterMs = limiter(decidedAt)
      const isCounted = now >= afterSeconds * 1000
      if (isCounted) sent++
      if (isCounted && retryAfterMs !== undefined) limited++
      responses.push({ at: decidedAt + oneWay, sentAt: now, retryAfterMs })
      if (isCounted) maxInFlight = Math.max(maxInFlight, responses.size)
      continue
    }
    const response = responses.peek()
    // Timers have a resolution of a millisecond.
    if (free && wakeAt <= now) {
      const lateMs = timerLateMs * random() * (random() < 0.02 ? 10 : 1)
      wakeAt = now + Math.max(1, Math.ceil(delay)) + lateMs
    }
    const sendAt = free ? wakeAt : Number.POSITIVE_INFINITY
    if (response === undefined || response.at > sendAt) {
      now = sendAt
      continue
    }
    responses.pop()
    now = Math.max(now, response.at)
    if (response.retryAfterMs === undefined) pace.recordPassed(now, now - response.sentAt)
    else
      pace.recordLimited(
        now,
        response.sentAt,
        Number.isNaN(response.retryAfterMs) ? undefined : response.retryAfterMs,
        random(),
      )
  }
  return {
    perSecond: (sent - limited) / (seconds - afterSeconds),
    limitedPart: limited / sent,
    maxInFlight,
  }
}

interface Response {
  at: number
  sentAt: number
  retryAfterMs: number | undefined
}

/** The responses that are under way, the first to arrive first. */
class Heap {
  readonly #items: Response[] = []
  get size(): number {
    return this.#items.length
  }
  peek(): Response | undefined {
    return this.#items[0]
  }
  pop(): Response | undefined {
    return this.#items.shift()
  }
  push(response: Response): void {
    const later = this.#items.findIndex(({ at }) => at > response.at)
    this.#items.splice(later === -1 ? this.#items.length : later, 0, response)
  }
}

/** Mulberry32: the same numbers for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
