/** Time and randomness, replaceable so that tests can control them. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number
  /** Milliseconds since the epoch. */
  date(): number
  /** Calls back once after some milliseconds. Returns a function that cancels it. */
  schedule(callback: () => void, ms: number): () => void
  /** A number from 0 up to, but not including, 1. */
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

/** Why work was stopped before it settled. */
export type StopReason = 'timeout' | 'aborted'

/**
 * Resolves to the result of the work, or to why it was stopped first: it timed out, or the caller
 * aborted. Work that ignores its signal is abandoned.
 *
 * This is the only place that listens to the caller's signal, and it stops listening as soon as
 * the work settles. A `Request` created with that signal would keep a listener on it until the
 * `Request` is garbage-collected.
 */
export function withTimeout<T>(
  work: (controller: AbortController) => Promise<T>,
  ms: number,
  callerSignal: AbortSignal | undefined,
  clock: Clock,
): Promise<T | StopReason> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const stop = (reason: StopReason) => {
      cleanUp()
      resolve(reason)
      controller.abort()
    }
    const onAbort = () => stop('aborted')
    // Before the timer starts, since this may throw if the signal only looks like one.
    callerSignal?.addEventListener('abort', onAbort)
    const cancelTimer = clock.schedule(() => stop('timeout'), ms)
    const cleanUp = () => {
      cancelTimer()
      callerSignal?.removeEventListener('abort', onAbort)
    }
    if (callerSignal?.aborted) return onAbort()
    const settle = (settled: () => void) => {
      cleanUp()
      settled()
    }
    work(controller).then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    )
  })
}

/** Resolves to `timeout` after the given time, or to `aborted` once the caller aborts. */
export function sleep(
  ms: number,
  callerSignal: AbortSignal | undefined,
  clock: Clock,
): Promise<StopReason> {
  return withTimeout(() => new Promise<never>(() => undefined), ms, callerSignal, clock)
}
