import type { EventEmitter } from 'node:events'

/** How long a signal that came once may still come again, from another process that passed it on. */
const echoMs = 1_000

export interface StopSignals {
  /** Aborts at the first signal. */
  stop: AbortSignal
  /** Aborts when there is no time to lose: at SIGINT, which a person sends, and at a second SIGTERM. */
  endDelay: AbortSignal
}

/** Listens for SIGTERM and SIGINT. Without it either would end the process at once. */
export function listenForStopSignals(source: Pick<EventEmitter, 'on'> = process): StopSignals {
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
