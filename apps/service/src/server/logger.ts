import type { DestinationStream, Logger } from 'pino'
import { destination, pino } from 'pino'
import type { Observation } from './metrics.ts'

/**
 * Where the log is written to: standard error, in blocks, since a write of each line would take more
 * time than all else that is done for a log line. What is not written yet is written at exit, and is
 * lost only if the process is killed.
 */
const standardError = { dest: 2, sync: false, minLength: 4096, periodicFlush: 100 }

/**
 * Writes JSON lines that contain no secrets. Errors are reduced to their type, message and stack,
 * since database drivers put the values of the failed statement into further properties.
 */
export function createLogger(
  level: string,
  stream: DestinationStream = destination(standardError),
): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: {
        err: (error: Error) => ({ type: error.name, message: error.message, stack: error.stack }),
      },
    },
    stream,
  )
}

/** Logs one completed request. */
export function logRequest(logger: Logger, observation: Observation): void {
  const { requestId, route, status, outcome, durationMs } = observation
  logger.info(
    {
      request_id: requestId,
      route,
      status_code: status,
      outcome,
      duration_ms: Math.round(durationMs * 10) / 10,
    },
    'request completed',
  )
}
