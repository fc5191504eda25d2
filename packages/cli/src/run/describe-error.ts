import { STATUS_CODES } from 'node:http'
import type { ConnectedAppsError } from '@connected-apps/client'

/** Whether a failed response of this status, which is not in the form of the API's errors, is another server's. */
export function isOtherServer(status: number): boolean {
  return status < 500 && ![408, 425, 429].includes(status)
}

/**
 * What went wrong in words for people, such as `503 Service Unavailable`. The client's message starts
 * with the name of its method, which users of the command do not know.
 *
 * @param isFromApi whether the response has the form of the API's errors
 */
export function describeError(error: ConnectedAppsError, isFromApi: boolean): string {
  if (error.kind === 'timeout') return 'no response in time'
  if (error.kind === 'argument') return error.message
  const message = error.message.replace(/^\w+: /, '')
  if (error.kind === 'network' || error.kind === 'aborted' || isFromApi) return message
  const { status_code, headers } = error
  if (!isOtherServer(status_code)) return `${status_code} ${STATUS_CODES[status_code] ?? ''}`.trim()
  // A body that is JSON may be the API's, of another version.
  const isContract = error.kind === 'decode' && error.reason === 'contract'
  const what = isContract ? message : `${status_code} ${headers['content-type'] ?? ''}`.trim()
  return `something other than the API responds (${what})`
}
