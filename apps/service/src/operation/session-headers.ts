import type { HeaderParameters } from '@connected-apps/contract'
import { headerParameterNames } from '@connected-apps/contract'
import type { SessionReference } from './lookup.ts'
import { claimedSessionId } from './session.ts'

const tokenHeader = 'X-Stytch-Member-Session' satisfies keyof HeaderParameters
export const jwtHeader = 'X-Stytch-Member-SessionJWT' satisfies keyof HeaderParameters

/** The session headers that came with a request, whatever is in them. */
export function sessionHeadersOf({ headers }: Request): HeaderParameters {
  const received = headerParameterNames.flatMap((name): [string, string][] => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return Object.fromEntries(received)
}

/** What these headers name a session by. */
export function sessionReferenceIn(headers: HeaderParameters): SessionReference {
  const { [tokenHeader]: token, [jwtHeader]: jwt } = headers
  return {
    ...(token !== undefined && { token }),
    ...(jwt !== undefined && { jwtSessionId: claimedSessionId(jwt) }),
  }
}
