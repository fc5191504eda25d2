import type { EventEmitter } from 'node:events'

/** How long after a signal the same one may arrive again, forwarded by another process. */
const echoMs = 1_000

export interface StopSignals {
  /** Aborts at the first signal. */
  stop: AbortSignal
  /** Aborts when the service should stop without a delay: at SIGINT, which a person sends, and at a second SIGTERM. */
  endDelay: AbortSignal
}

/** Listens for SIGTERM and SIGINT. Without a listener, either would end the process. */
export function listenForStopSignals(source: Pick<EventEmitter, 'on'> = process): StopSignals {
  const stop = new AbortController()
  const endDelay = new AbortController()
  let stoppedAt = Infinity
  source.on('SIGINT', () => {
    endDelay.abort()
    stop.abort()
  })
  source.on('SIGTERM', () => {
    // If a whole process group is sent a signal, package managers forward it as well.
    if (performance.now() - stoppedAt > echoMs) endDelay.abort()
    stoppedAt = Math.min(stoppedAt, performance.now())
    stop.abort()
  })
  return { stop: stop.signal, endDelay: endDelay.signal }
}
