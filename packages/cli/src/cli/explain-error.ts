import { ConnectedAppsError } from '@connected-apps/client'
import { CommandError } from '@connected-apps/node-http/command'
import { toVerdict } from '../run/attempt.ts'
import { isOtherServer } from '../run/describe-error.ts'
import type { UnavailableReason } from '../run/unavailable-error.ts'
import { serverOf } from './connect.ts'
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
  const { kind, status_code, reason = '' } = toVerdict(error)
  const isOther = kind === 'transient' && status_code !== undefined && isOtherServer(status_code)
  const start = status_code === undefined || isOther ? '' : 'the API responds with '
  const line = printable(start + reason, 600)
  if (kind === 'final') return { line, exitCode: 1 }
  const why = kind === 'credentials' ? 'credentials' : 'down'
  const advice = adviseOnFailure(why, status_code, serverOf(error)) ?? 'try again later'
  return { line: `${line}; ${advice}`, exitCode: 3 }
}

/** What to check, if that helps, after the API has rejected the credentials or has not responded. */
export function adviseOnFailure(
  why: UnavailableReason,
  status_code: number | undefined,
  baseUrl: string | undefined,
): string | undefined {
  if (why === 'credentials') {
    return `check ${status_code === 401 ? PROJECT_VARIABLES : SESSION_VARIABLES}`
  }
  if (why !== 'down' || status_code === undefined || !isOtherServer(status_code)) return undefined
  return `check the base URL${baseUrl === undefined ? '' : ` ${printable(baseUrl)}`}`
}
