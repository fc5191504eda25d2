import { ConnectedAppsError } from '@connected-apps/client'
import { CommandError } from '@connected-apps/node-http/command'
import { toVerdict } from '../run/attempt.ts'
import { printable } from './terminal/printable.ts'

/** What a person is to check if the API rejects the project's credentials. */
export const PROJECT_VARIABLES = 'STYTCH_PROJECT_ID and STYTCH_SECRET'
export const SESSION_VARIABLES = 'CONNECTED_APPS_SESSION_TOKEN or CONNECTED_APPS_SESSION_JWT'

/**
 * The line to print for an error of the API, and the exit code.
 *
 * @throws {CommandError} for an argument that the client rejects, and any other, with a message that
 *   is safe to print, whatever the names of files in it are
 * @throws what is not an error of the client
 */
export function explainError(error: unknown): { line: string; exitCode: 1 | 3 } {
  if (error instanceof CommandError) {
    error.message = printable(error.message, Number.POSITIVE_INFINITY)
    throw error
  }
  if (!(error instanceof ConnectedAppsError)) throw error
  if (error.kind === 'argument') throw new CommandError(printable(error.message), { cause: error })
  const { kind, status_code } = toVerdict(error)
  const line = printable(error.message, 600)
  if (kind === 'final') return { line, exitCode: 1 }
  const variables = status_code === 401 ? PROJECT_VARIABLES : SESSION_VARIABLES
  const advice = kind === 'credentials' ? `check ${variables}` : 'try again later'
  return { line: `${line}; ${advice}`, exitCode: 3 }
}
