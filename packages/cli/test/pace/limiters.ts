/** Undefined if a request at that time is let through, else its Retry-After in milliseconds; NaN if it has none. */
export type Limiter = (now: number) => number | undefined

const toSeconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000)) * 1000

/** A window starts with the first request after the end of the previous one, as the service has it. */
export function fixedWindow(limit: number, windowMs: number): Limiter {
  let count = 0
  let endsAt = Number.NEGATIVE_INFINITY
  return (now) => {
    if (now >= endsAt) {
      count = 0
      endsAt = now + windowMs
    }
    return ++count > limit ? toSeconds(endsAt - now) : undefined
  }
}

/** Windows start at whole multiples of their length. */
export function alignedWindow(limit: number, windowMs: number): Limiter {
  return sharedWindow(limit, windowMs, () => 0)
}

/**
 * Windows that others use, too.
 *
 * @param othersOf how many requests others have sent at the start of a window, which counts from 0
 */
export function sharedWindow(
  limit: number,
  windowMs: number,
  othersOf: (window: number) => number,
): Limiter {
  let count = 0
  let current = -1
  return (now) => {
    const window = Math.floor(now / windowMs)
    if (window !== current) {
      count = othersOf(window)
      current = window
    }
    return ++count > limit ? toSeconds((window + 1) * windowMs - now) : undefined
  }
}

/** No more requests than the limit within any period of the length of the window. */
export function slidingWindow(limit: number, windowMs: number): Limiter {
  const passed: number[] = []
  let first = 0
  return (now) => {
    while (first < passed.length && (passed[first] ?? 0) <= now - windowMs) first++
    if (passed.length - first >= limit) return toSeconds((passed[first] ?? 0) + windowMs - now)
    passed.push(now)
    if (first > 10_000) {
      passed.splice(0, first)
      first = 0
    }
    return undefined
  }
}

export function tokenBucket(perSecond: number, burst: number): Limiter {
  let tokens = burst
  let last = 0
  return (now) => {
    tokens = Math.min(burst, tokens + (Math.max(0, now - last) * perSecond) / 1000)
    last = Math.max(last, now)
    if (tokens < 1) return toSeconds(((1 - tokens) / perSecond) * 1000)
    tokens--
    return undefined
  }
}

/** A token bucket with room for a second, which others empty now and then, and keep empty for a while. */
export function interruptedBucket(
  perSecond: number,
  { everyMs, forMs }: { everyMs: number; forMs: number },
): Limiter {
  let tokens = perSecond
  let last = 0
  return (now) => {
    tokens = Math.min(perSecond, tokens + (Math.max(0, now - last) * perSecond) / 1000)
    last = Math.max(last, now)
    // The first interruption comes once the limit has been found.
    const usedMs = now < everyMs ? everyMs : now % everyMs
    if (usedMs < forMs) tokens = 0
    if (tokens < 1) return toSeconds(forMs - usedMs)
    tokens--
    return undefined
  }
}

export function withoutRetryAfter(limiter: Limiter): Limiter {
  return (now) => (limiter(now) === undefined ? undefined : Number.NaN)
}
