import type { DestinationStream, Logger } from 'pino'
import { destination, pino } from 'pino'

/**
 * JSON lines. Nothing secret gets here: routes are logged by name instead of their URL (which can
 * carry codes and ids of pages), and errors by type, message and stack alone, since the errors of
 * drivers carry the values of the failed statement in further properties.
 */
export function createLogger(
  level: string,
  stream: DestinationStream = destination({ dest: 2, sync: false }),
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
