import type { HeaderParameters, PathParameters } from '@connected-apps/contract'
import type { IncomingHttpHeaders } from 'node:http'
import type { JournalEntry } from './journal.ts'

/** What the journal keeps of a request: never a secret, and never more than so much. */
export function arrivalOf(
  method: string,
  path: string,
  values: PathParameters | undefined,
  headers: IncomingHttpHeaders,
): Omit<JournalEntry, 'number' | 'arrivedAt'> {
  return {
    method,
    path: path.slice(0, 512),
    ...Object.fromEntries(
      Object.entries(values ?? {}).map(([name, value]) => [name, value.slice(0, 128)]),
    ),
    credentials: headers.authorization === undefined ? 'absent' : 'present',
    session: sessionOf(headers),
  }
}

function sessionOf(headers: IncomingHttpHeaders): JournalEntry['session'] {
  const isSent = (name: keyof HeaderParameters) => headers[name.toLowerCase()] !== undefined
  const token = isSent('X-Stytch-Member-Session')
  const jwt = isSent('X-Stytch-Member-SessionJWT')
  if (token && jwt) return 'both'
  if (token) return 'token'
  return jwt ? 'jwt' : 'none'
}
