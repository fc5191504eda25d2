import type { HeaderParameters } from '@connected-apps/contract'
import { refuseArgument } from './errors.ts'
import { requireHeaderValue } from './header-value.ts'

/**
 * A Member's session, as its secret token or as a JWT. Its roles must hold the permission to
 * revoke, and its Organization must be the one in the path.
 */
export type Authorization =
  | { session_token: string; session_jwt?: never }
  | { session_jwt: string; session_token?: never }

/**
 * The session as a header. An authorization without a session is refused: sent without one, the
 * request would pass without the check that the caller meant to have.
 */
export function readAuthorization(authorization: unknown): HeaderParameters {
  if (authorization === undefined) return {}
  const { session_token, session_jwt } = Object(authorization) as Record<string, unknown> // only read
  if (session_jwt === undefined) {
    return {
      'X-Stytch-Member-Session': requireHeaderValue('session_token', session_token, 'revoke'),
    }
  }
  if (session_token !== undefined) {
    refuseArgument('authorization', 'must be session_token or session_jwt, not both', 'revoke')
  }
  return { 'X-Stytch-Member-SessionJWT': requireHeaderValue('session_jwt', session_jwt, 'revoke') }
}
