import { operation } from '@connected-apps/contract'
import type { IncomingHttpHeaders } from 'node:http'
import type { JournalEntry } from './journal.ts'
import type { PathValues } from './route.ts'

const [tokenHeader, jwtHeader] = operation.parameters
  .filter((parameter) => parameter.in === 'header')
  .map(({ name }) => name.toLowerCase())

/** What the journal keeps of a request: never a secret, and never more than so much. */
export function arrivalOf(
  method: string,
  path: string,
  values: PathValues | undefined,
  headers: IncomingHttpHeaders,
): Omit<JournalEntry, 'number' | 'arrivedAt'> {
  return {
    method,
    path: path.slice(0, 512),
    ...Object.fromEntries(
      Object.entries(values ?? {}).map(([name, value]) => [name, value?.slice(0, 128)]),
    ),
    credentials: headers.authorization === undefined ? 'absent' : 'present',
    session: sessionOf(headers),
  }
}

function sessionOf(headers: IncomingHttpHeaders): JournalEntry['session'] {
  const token = tokenHeader !== undefined && headers[tokenHeader] !== undefined
  const jwt = jwtHeader !== undefined && headers[jwtHeader] !== undefined
  if (token && jwt) return 'both'
  if (token) return 'token'
  return jwt ? 'jwt' : 'none'
}
