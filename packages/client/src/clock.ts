/** What a call knows of time and chance, so that tests can turn the clock. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number
  /** Milliseconds since the epoch. */
  date(): number
  /** Calls back once after some milliseconds; returns how to call it off. */
  schedule(callback: () => void, ms: number): () => void
  /** A number from 0 up to 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: Date.now,
  schedule(callback, ms) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
  random: Math.random,
}
