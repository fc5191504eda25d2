import type { HeaderParameters } from '@connected-apps/contract'
import { refuseArgument } from './errors.ts'
import { refuseUnknown } from './options.ts'
import { requireVisibleAscii } from './visible-ascii.ts'

/**
 * A Member's session, as its secret token or as a JWT. Its roles must hold the permission to
 * revoke, and its Organization must be the one in the path.
 */
export type Authorization =
  | { session_token: string; session_jwt?: never }
  | { session_jwt: string; session_token?: never }

const HEADERS: Record<keyof Authorization, keyof HeaderParameters> = {
  session_token: 'X-Stytch-Member-Session',
  session_jwt: 'X-Stytch-Member-SessionJWT',
}

/**
 * The session as a header. An object without a session is refused: sent without one, the request
 * would pass without the check that the caller meant to have.
 */
export function readAuthorization(authorization: Authorization | undefined): HeaderParameters {
  if (authorization === undefined) return {}
  const where = 'revoke authorization'
  refuseUnknown(authorization, Object.keys(HEADERS), where)
  const { session_token, session_jwt } = authorization
  if (session_token !== undefined && session_jwt !== undefined) {
    refuseArgument('authorization', `pass session_token or session_jwt, not both (${where})`)
  }
  const name = session_jwt === undefined ? 'session_token' : 'session_jwt'
  return { [HEADERS[name]]: requireVisibleAscii(name, authorization[name], where) }
}
