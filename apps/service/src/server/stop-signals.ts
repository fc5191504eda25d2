import type { EventEmitter } from 'node:events'

/** How long a signal that came once may still come again, from another process that passed it on. */
const echoMs = 1_000

/**
 * Listens for SIGTERM and SIGINT. Without it either would end the process at once.
 *
 * @returns `stop` aborts at the first signal. `endDelay` aborts when there is no time to lose: at
 * SIGINT, which a person sends, and at a second SIGTERM.
 */
export function listenForStopSignals(source: Pick<EventEmitter, 'on'> = process): {
  stop: AbortSignal
  endDelay: AbortSignal
} {
  const stop = new AbortController()
  const endDelay = new AbortController()
  let stoppedAt = Infinity
  source.on('SIGINT', () => {
    endDelay.abort()
    stop.abort()
  })
  source.on('SIGTERM', () => {
    // Package managers pass on a signal that a whole group of processes was sent.
    if (performance.now() - stoppedAt > echoMs) endDelay.abort()
    stoppedAt = Math.min(stoppedAt, performance.now())
    stop.abort()
  })
  return { stop: stop.signal, endDelay: endDelay.signal }
}
