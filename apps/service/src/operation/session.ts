import type { HeaderParameters } from '@connected-apps/contract'
import { headerParameterNames } from '@connected-apps/contract'
import type { JSONWebKeySet, JWTPayload } from 'jose'
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose'
import { hasNoNul } from '../postgres/database.ts'
import type { SessionReference } from './lookup.ts'

const tokenHeader = 'X-Stytch-Member-Session' satisfies keyof HeaderParameters
export const jwtHeader = 'X-Stytch-Member-SessionJWT' satisfies keyof HeaderParameters

/** Names of the claims that describe a member session, the same as upstream's. */
export const sessionClaim = 'https://stytch.com/session'
export const organizationClaim = 'https://stytch.com/organization'

/** The issuer (`iss`) of a project's session JWTs. */
export function issuerOf(projectId: string): string {
  return `stytch.com/${projectId}`
}

/** The session headers of a request, whatever their values. */
export function sessionHeadersOf({ headers }: Request): HeaderParameters {
  const received = headerParameterNames.flatMap((name): [string, string][] => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return Object.fromEntries(received)
}

/** Reads how these headers identify a session. */
export function sessionReferenceIn(headers: HeaderParameters): SessionReference {
  const { [tokenHeader]: token, [jwtHeader]: jwt } = headers
  return {
    ...(token !== undefined && { token }),
    ...(jwt !== undefined && { jwtSessionId: claimedSessionId(jwt) }),
  }
}

/** Longer JWTs are rejected without being decoded. */
const maxJwtLength = 8192

/**
 * Decodes, without verifying anything, which session a JWT claims to be. The result may only be used
 * to look the session up, in the same statement as the keys that {@link verifySessionJwt} needs.
 */
function claimedSessionId(jwt: string): string | undefined {
  if (jwt.length > maxJwtLength) return undefined
  try {
    return sessionIdIn(decodeJwt(jwt))
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined
    throw error
  }
}

/**
 * Verifies that one of the project's keys signed this session JWT (RS256) for this project, and that
 * it has not expired.
 *
 * @returns the session's Member, or undefined if the JWT is invalid
 */
export async function verifySessionJwt(
  jwt: string,
  projectId: string,
  keys: JSONWebKeySet,
): Promise<{ memberId: string } | undefined> {
  if (jwt.length > maxJwtLength) return undefined
  try {
    const { payload } = await jwtVerify(jwt, createLocalJWKSet(keys), {
      algorithms: ['RS256'],
      issuer: issuerOf(projectId),
      audience: projectId,
      requiredClaims: ['sub', 'exp', sessionClaim],
    })
    if (typeof payload.sub !== 'string' || sessionIdIn(payload) === undefined) return undefined
    return { memberId: payload.sub }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined
    throw error
  }
}

function sessionIdIn(payload: JWTPayload): string | undefined {
  const session = payload[sessionClaim]
  if (typeof session !== 'object' || session === null || !('id' in session)) return undefined
  const { id } = session
  return typeof id === 'string' && hasNoNul(id) ? id : undefined
}
