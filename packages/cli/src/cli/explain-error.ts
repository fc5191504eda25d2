import { ConnectedAppsError } from '@connected-apps/client'
import { CommandError } from '@connected-apps/node-http/command'
import { printable } from './terminal/printable.ts'

/**
 * The line to print for an error of the API.
 *
 * @throws {CommandError} for an argument that the client rejects, and any other, with a message that
 *   is safe to print, whatever the names of files in it are
 * @throws what is not an error of the client
 */
export function explainError(error: unknown): string {
  if (error instanceof CommandError) {
    error.message = printable(error.message, Number.POSITIVE_INFINITY)
    throw error
  }
  if (!(error instanceof ConnectedAppsError)) throw error
  if (error.kind === 'argument') throw new CommandError(printable(error.message), { cause: error })
  return printable(error.message, 600)
}
