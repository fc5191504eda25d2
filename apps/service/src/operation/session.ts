import type { JSONWebKeySet, JWTPayload } from 'jose'
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose'
import { hasNoNul } from '../postgres/text.ts'

/** Names of the claims that carry a member session, as upstream has them. */
export const sessionClaim = 'https://stytch.com/session'
export const organizationClaim = 'https://stytch.com/organization'

/** Who issues the session JWTs of a project. */
export function issuerOf(projectId: string): string {
  return `stytch.com/${projectId}`
}

const maximumLength = 8192

/**
 * Reads which session a JWT claims to be, without believing it: only to look it up in the same
 * step as the keys that {@link verifySessionJwt} checks it with.
 */
export function claimedSessionId(jwt: string): string | undefined {
  if (jwt.length > maximumLength) return undefined
  try {
    return sessionIdIn(decodeJwt(jwt))
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined
    throw error
  }
}

/**
 * Verifies that a project's key signed this session JWT (RS256) for this project, and that it has
 * not expired.
 *
 * @returns whose session it is, or undefined if it does not hold
 */
export async function verifySessionJwt(
  jwt: string,
  projectId: string,
  keys: JSONWebKeySet,
): Promise<{ memberId: string } | undefined> {
  if (jwt.length > maximumLength) return undefined
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
