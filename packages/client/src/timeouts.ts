import type { Clock } from './clock.ts'

/** The work did not end by itself. */
type Stopped = 'timeout' | 'aborted'

/**
 * Ends the work, or a mere wait, when its time is up or the caller aborts, also work that ignores
 * its signal.
 * The caller's signal is listened to here alone, and no longer than the work lasts: a `Request`
 * made on it would leave a listener behind until it is garbage.
 */
export function limited<T>(
  work: ((signal: AbortSignal) => Promise<T>) | undefined,
  ms: number,
  caller: AbortSignal | undefined,
  clock: Clock,
): Promise<T | Stopped> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const stop = (why: Stopped) => {
      settle()
      resolve(why)
      controller.abort()
    }
    const abort = () => stop('aborted')
    const cancel = clock.schedule(() => stop('timeout'), ms)
    const settle = () => {
      cancel()
      caller?.removeEventListener('abort', abort)
    }
    caller?.addEventListener('abort', abort)
    if (caller?.aborted) return abort()
    void work?.(controller.signal).then(resolve, reject).finally(settle)
  })
}
