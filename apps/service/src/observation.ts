import type { Logger } from 'pino'

/** One answered request, as logs and metrics know it. */
export interface Observation {
  requestId: string
  /** The route's name, never its URL: that can carry codes, and the ids of pages. */
  route: string
  status: number
  /** What was answered: a name of the contract, or an OAuth error. */
  answer: string
  durationMs: number
}

export type Observe = (observation: Observation) => void

/** Writes each answered request to the log, and counts it. */
export function createObserver(logger: Logger, count: Observe): Observe {
  return (observation) => {
    const { requestId, route, status, answer, durationMs } = observation
    count(observation)
    logger.info(
      {
        request_id: requestId,
        route,
        status_code: status,
        answer,
        duration_ms: Math.round(durationMs * 10) / 10,
      },
      'answered',
    )
  }
}
