import type { DestinationStream, Logger } from 'pino'
import { destination, pino } from 'pino'
import type { FailureCause } from './cause.ts'
import { causeOf } from './cause.ts'
import type { Observation } from './metrics.ts'
import { findCurrentRequest } from './request-scope.ts'

/**
 * Where the log is written to: standard error, in blocks, since each write costs more than a line. A
 * block is almost as long as pino's longest write, which has 16 KiB. What is not written yet is written
 * after a tenth of a second or at exit, and is lost only if the process is killed, or exits while a
 * reader that is slow still has to take the block before.
 */
const standardError = { dest: 2, sync: false, minLength: 15_000, periodicFlush: 100 }

/**
 * Writes JSON lines that contain no secrets. Errors are reduced to the properties of
 * {@link describeError}, since database drivers put the values of the failed statement into others.
 */
export function createLogger(
  level: string,
  stream: DestinationStream = destination(standardError),
): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { err: describeError },
    },
    stream,
  )
}

/**
 * What the log has of an error. The code is PostgreSQL's (SQLSTATE) or that of Node.js. An error whose
 * cause is known has no stack: it is expected in operation, and a thousand requests may report the same.
 */
function describeError(error: Error & { code?: unknown }) {
  const { name: type, code, message, stack } = error
  return {
    type,
    code: typeof code === 'string' ? code : undefined,
    message,
    stack: causeOf(error) === 'other' ? stack : undefined,
  }
}

/** Logs one completed request. */
export function logRequest(logger: Logger, observation: Observation): void {
  const { requestId, route, status, outcome, durationMs } = observation
  logger.info(
    {
      ...requestFields(),
      request_id: requestId,
      route,
      status_code: status,
      outcome,
      duration_ms: Math.round(durationMs * 10) / 10,
    },
    'request completed',
  )
}

/** Logs why the current request failed, and keeps the cause for its metrics. */
export function logFailure(
  logger: Logger,
  error: unknown,
  cause: FailureCause = causeOf(error),
): void {
  const request = findCurrentRequest()
  if (request !== undefined) {
    request.cause = cause
    request.span.setAttribute('error.type', cause)
  }
  logger.error({ err: error, ...requestFields(), request_id: request?.requestId }, 'request failed')
}

/**
 * The fields of each line about the current request. They are not added to every line of the logger,
 * since connections report their errors in the scope of the request that opened them.
 */
function requestFields() {
  const request = findCurrentRequest()
  if (request === undefined) return {}
  const { cause, ids, span } = request
  if (!span.isRecording()) return { cause, ...ids }
  const { traceId, spanId } = span.spanContext()
  return { cause, ...ids, trace_id: traceId, span_id: spanId }
}
